// The pages of the own account on the real modules. Translation only.

import type { AccountBackend } from '#apps/worker/backend-account';
import { refuse } from '#contract/contacts';
import { subjectOf } from '#platform/access';
import type { Services } from './services.ts';

export function createAccountPages({ contacts, config }: Services): AccountBackend {
  const { accounts } = contacts;
  return {
    coolingHours: config.payoutCoolingHours,
    cards: (access) => accounts.list(subjectOf(access)),
    changeCard: (access, input) => accounts.change(subjectOf(access), input),
    stopCard: (access, accountId) => accounts.stopOwn(subjectOf(access), accountId),
    stopLink: async (token) => {
      const card = await accounts.lookAt(token);
      return card && { zh: `有人把收款银行卡换成了尾号 ${card.tail} 的卡。`, stopped: card.stopped };
    },
    stopByLink: async (token) => {
      if (!(await accounts.stopByLink(token))) throw refuse('contacts.stop_gone');
    },
  };
}
