// A membership card that somebody shows, in words. A number whose code is wrong is told nothing, not even that it exists.

import type { CardStanding } from '#apps/worker/pages/model';
import { systemAccess } from '#platform/access';
import { dayOf } from '#platform/calendar';
import { maskName } from '#modules/identity';
import type { Services } from './services.ts';

const standingZh = {
  valid: '有效',
  replaced: '已作废：持证人已补换新证',
  ended: '已失效：会籍已经终止',
} as const;

export function createCardCheck({ db, identity, membership }: Services) {
  return async (memberNo: string, code: string): Promise<CardStanding> => {
    const card = await membership.checkCard(db, memberNo, code);
    if (!card) return { valid: false, zh: '没有这张会员证，请核对会员编号和核验码', rows: [] };
    const person = await db.transaction(systemAccess, (tx) => identity.personIn(tx, card.personId));
    const since = card.since ? dayOf(card.since) : null;
    return {
      valid: card.standing === 'valid',
      zh: standingZh[card.standing],
      rows: [
        { zh: '姓名', text: person ? maskName(person.name) : '' },
        { zh: '会员编号', text: card.memberNo },
        { zh: '所属工会', text: card.unionZh },
        { zh: '入会日期', text: card.joinedOn },
        ...(since ? [{ zh: card.standing === 'replaced' ? '作废日期' : '本证发出', text: since }] : []),
      ],
    };
  };
}
