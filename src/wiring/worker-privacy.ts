// The pages of personal information on the real module, and what is not done for anybody without a consent. Translation only.

import { purposes, type Purpose } from '#catalog/purposes';
import { isSecret } from '#catalog/form';
import { allFields } from '#catalog/form';
import type { AskedPurpose, PrivacyBackend } from '#apps/worker/backend-privacy';
import type { PurposeModel } from '#apps/worker/pages/model-privacy';
import { refuse } from '#contract/privacy';
import { subjectOf, type Access } from '#platform/access';
import type { SaidBy } from '#modules/privacy';
import { joinErasures } from './eraser.ts';
import type { Services } from './services.ts';

const stateZh = {
  given: '已同意',
  withdrawn: '已撤回',
  outdated: '说明更新了，要重新问您',
  never: '没有同意',
  duty: '',
};
const byZh = { mobile: '', agent: '，由代办人替您选择', window: '，在服务窗口选择' };

export function createPrivacyPages(services: Services): PrivacyBackend & {
  requireFor(access: Access, serviceCode: string, answers: Readonly<Record<string, unknown>>): Promise<void>;
} {
  const { privacy, catalogue } = services;
  const erasures = joinErasures(services);

  function asked(purpose: Purpose): AskedPurpose {
    const { code, zh, version, words, data, recipients, law, stops, remains } = purpose;
    return { code, zh, version, words, data, recipients, law, stops, remains, needs: needsOf(purpose) };
  }

  function needsOf({ services, except = [] }: Purpose): string {
    const nameOf = (code: string) => catalogue.published(code)?.service.zh;
    const names = (codes: readonly string[]) => codes.flatMap((code) => nameOf(code) ?? []).join('、');
    return services === 'all' ? `所有申请（${names(except)}除外）` : names(services);
  }

  /** An agent by consent has a principal who can answer for himself: nobody agrees for him. */
  const mayAgree = ({ onBehalf }: Access) => onBehalf?.kind !== 'consent';

  function saidBy(access: Access): SaidBy {
    const { onBehalf } = access;
    const byId = access.actorId ?? subjectOf(access);
    return { byId, channel: !onBehalf ? 'mobile' : onBehalf.agentKind === 'staff' ? 'window' : 'agent' };
  }

  return {
    async purposes(access) {
      const said = await privacy.list(subjectOf(access));
      return purposes.flatMap((purpose): PurposeModel[] => {
        const one = said.find((view) => view.purpose === purpose.code);
        if (!one) return [];
        const { state, at, agreedVersion, channel } = one;
        const words = { state, stateZh: stateZh[state], at, agreedVersion, byZh: channel ? byZh[channel] : '' };
        return [{ ...asked(purpose), ...words }];
      });
    },
    missing: async (access, code) => (await privacy.missing(subjectOf(access), code)).map(asked),
    mayAgree,
    erasure: (personId) => erasures.mine(personId),
    askErasure: (personId, requestId) => erasures.ask(personId, requestId),
    cancelErasure: (personId) => erasures.cancel(personId),
    async decide(access, word) {
      if (!mayAgree(access)) throw refuse('privacy.own_word');
      await privacy.decide(access, subjectOf(access), word, saidBy(access));
    },
    /** Before the first answer of a kind that needs a consent is kept, even in a draft. */
    async requireFor(access, serviceCode, answers) {
      const service = catalogue.published(serviceCode)?.service;
      const fields = service ? allFields(service) : {};
      const isDelicate = Object.keys(answers).some((name) => {
        const field = fields[name];
        return field !== undefined && (field.kind === 'file' || field.class === 'sensitive' || isSecret(field));
      });
      const [first] = isDelicate ? await privacy.missing(subjectOf(access), serviceCode) : [];
      if (first) throw refuse('privacy.consent_needed', { purpose: first.zh });
    },
  };
}
