// The electronic membership card. The number of a member never changes; each issue of the card has a serial, and only the newest is
// valid: issuing a new one voids the old one in the same transaction. Whoever is shown a card checks its code on a public page.

import type { CryptoPort } from '#platform/crypto';
import { sameBytes } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { systemAccess } from '#platform/access';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { Effect } from '#modules/cases';
import type { Trace } from '#modules/trace';
import { refuse } from './contract.ts';

type CardRow = {
  readonly membership_id: string;
  readonly person_id: string;
  readonly member_no: string;
  readonly union_org_id: string;
  readonly joined_on: string;
  readonly ended_on: string | null;
  readonly card_serial: number;
  readonly card_since: string | null;
};

const columns = 'membership_id, person_id, member_no, union_org_id, joined_on, ended_on, card_serial, card_since';

export const holdCard = statement<[string], CardRow>(
  'membership.hold_card',
  `select ${columns} from membership where person_id = any(ids_of($1)) and ended_on is null
   order by joined_on, membership_id limit 1 for update`,
);

export const issueCard = statement<[string, number, string], never>(
  'membership.issue_card',
  'update membership set card_serial = $2, card_since = $3 where membership_id = $1',
);

const selectByNo = statement<[string], CardRow>(
  'membership.by_no',
  `select ${columns} from membership where member_no = $1`,
);

export type CardOptions = {
  readonly trace: Trace;
  readonly crypto: Pick<CryptoPort, 'pseudonym'>;
  readonly orgName: (orgId: string) => string;
};

export type CardCheck = {
  readonly standing: 'valid' | 'replaced' | 'ended';
  readonly memberNo: string;
  readonly personId: string;
  readonly unionZh: string;
  readonly joinedOn: string;
  /** Since when the newest card is valid, or when this one was replaced. */
  readonly since: string | null;
};

export type CardCode = (memberNo: string, serial: number) => string;

/** `<serial>-<12 letters>`: made from the number, so that it is kept nowhere and cannot be made up. */
export function cardCodes(crypto: Pick<CryptoPort, 'pseudonym'>): CardCode {
  return (memberNo, serial) => {
    const letters = crypto.pseudonym(`card:${memberNo}:${serial}`).replaceAll(/[^0-9A-Za-z]/g, '');
    return `${serial}-${letters.slice(0, 12).toUpperCase()}`;
  };
}

export function createCards({ trace, crypto, orgName }: CardOptions) {
  const codeOf = cardCodes(crypto);

  /** A card is replaced for the member whose number it carries. */
  const requireCard: Effect = async ({ tx, state }) => {
    const given = state.data['card_no'];
    // Without a number (a window that has the person before it) the card is the one that the person holds.
    if (typeof given !== 'string') return;
    const member = await held(tx, state.personId);
    if (!member) throw refuse('membership.no_member');
    if (given.trim().toUpperCase() !== member.member_no.toUpperCase()) throw refuse('membership.card_unknown');
  };

  /** The first card comes with the membership; every later one voids the one before from this moment. */
  const issue: Effect = async (context) => {
    const { tx, state, facts } = context;
    if (state.done['county-record'] || !state.personId) return;
    const member = await held(tx, state.personId);
    if (!member) return;
    const serial = member.card_serial + 1;
    tx.asSystem().send(issueCard, [member.membership_id, serial, facts.now]);
    const { member_no: memberNo, union_org_id: unionOrgId, joined_on: joinedOn } = member;
    trace.record(tx, {
      eventId: newId(),
      type: 'membership.card_issued',
      at: facts.now,
      region: state.region,
      department: unionOrgId,
      actorId: context.actor.id,
      subjectId: state.personId,
      body: { memberNo, serial, case: state.caseNo },
    });
    return {
      member_no: memberNo,
      union_name: orgName(unionOrgId),
      joined_on: joinedOn,
      card_code: codeOf(memberNo, serial),
    };
  };

  async function held(tx: Tx, personId: string | null): Promise<CardRow | undefined> {
    invariant(personId, 'a card is a person’s');
    return tx.asSystem().maybe(holdCard, [personId]);
  }

  /** What a card that is shown is worth now. Nothing is told of a number whose code is wrong. */
  async function check(db: Database, memberNo: string, code: string): Promise<CardCheck | null> {
    const row = await db.transaction(systemAccess, (tx) => tx.maybe(selectByNo, [memberNo.trim().toUpperCase()]));
    if (!row) return null;
    const given = Buffer.from(code.trim().toUpperCase());
    for (let serial = row.card_serial; serial >= 1; serial -= 1) {
      if (!sameBytes(given, Buffer.from(codeOf(row.member_no, serial)))) continue;
      const newest = serial === row.card_serial;
      return {
        standing: row.ended_on !== null ? 'ended' : newest ? 'valid' : 'replaced',
        memberNo: row.member_no,
        personId: row.person_id,
        unionZh: orgName(row.union_org_id),
        joinedOn: row.joined_on,
        since: row.card_since,
      };
    }
    return null;
  }

  return {
    check,
    codeOf,
    effects: { 'membership.require_card': requireCard, 'membership.issue_card': issue } satisfies Record<
      string,
      Effect
    >,
  };
}
