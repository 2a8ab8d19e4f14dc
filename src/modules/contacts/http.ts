// Binding only: a window gives somebody whose phone is lost another number, with the document in hand.

import { z } from 'zod';
import type { HttpPlugin } from '#platform/http';
import { requireStaff } from '#modules/identity';
import { assistingRoles } from '#contract/authorities';
import { windowOf } from '#modules/authorities';
import { refuse, windowPhoneAnswer, windowPhoneAsked, windowPhoneInput } from './contract.ts';
import type { Phones } from './phones.ts';

const config = { access: assistingRoles };

export function contactRoutes(phones: Phones): HttpPlugin {
  return async (app) => {
    app.post(
      '/api/desk/phone-changes',
      {
        config,
        schema: {
          summary: '窗口换手机号：核对证件，发验证码到新号码',
          body: windowPhoneInput,
          response: { 200: windowPhoneAsked },
        },
      },
      (request) => phones.requestAtWindow(at(request), request.body),
    );
    app.post(
      '/api/desk/phone-changes/:changeId/confirm',
      {
        config,
        schema: {
          summary: '窗口换手机号：新号码的验证码',
          params: z.object({ changeId: z.uuid() }),
          body: z.object({ code: z.string().max(12).describe('新号码收到的 6 位验证码') }),
          response: { 200: windowPhoneAnswer },
        },
      },
      (request) => phones.confirmAtWindow(at(request), request.params.changeId, request.body.code),
    );
  };
}

function at(request: Parameters<typeof requireStaff>[0]) {
  const window = windowOf(requireStaff(request).staff);
  if (!window) throw refuse('contacts.change_gone');
  return window;
}
