// Receipts that SMS providers post. They sign nothing: the address holds a secret, and a receipt moves nothing but the state of a
// message whose provider's id it names. A wrong address answers as if there were nothing.

import { z } from 'zod';
import { sameBytes, sha256 } from '#platform/crypto';
import type { HttpPlugin } from '#platform/http';
import { refuse } from './contract.ts';
import type { SmsReceipt } from './sending.ts';

const bodyBytesMax = 512 * 1024;

export type SmsRoutesOptions = {
  /** Null where no provider posts receipts. */
  readonly token: string | null;
  /** Null for a provider that we do not have; throws for a body that is no receipts. */
  readonly read: (provider: string, body: Buffer) => readonly SmsReceipt[] | null;
  readonly take: (provider: string, receipts: readonly SmsReceipt[]) => Promise<void>;
};

export function smsRoutes({ token, read, take }: SmsRoutesOptions): HttpPlugin {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) =>
      done(null, body),
    );
    app.post(
      '/ports/sms/:provider/receipts/:token',
      {
        config: { access: 'public', essential: true },
        schema: { hide: true, params: z.object({ provider: z.string().max(40), token: z.string().max(200) }) },
      },
      async (request, reply) => {
        const { provider, token: given } = request.params;
        if (token === null || !sameBytes(sha256(given), sha256(token))) throw refuse('notices.no_such_address');
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const receipts = readable(() => read(provider, body));
        if (!receipts) throw refuse('notices.no_such_address');
        await take(provider, receipts);
        // Both providers look for their own word for zero; neither minds the other's.
        return reply.send({ code: 0, msg: 'OK', result: 0, errmsg: 'OK' });
      },
    );
  };
}

function readable(read: () => readonly SmsReceipt[] | null): readonly SmsReceipt[] | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && error.name === 'SmsReceiptsUnreadable') throw refuse('notices.receipts_unreadable');
    throw error;
  }
}
