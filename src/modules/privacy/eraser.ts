// Carries erasures out, under a role of the database that can do nothing else. Each item is one short transaction, safe to repeat: a kill
// between two leaves the rest for the next run. Before an item goes its number is noted outside of the database, so that a restored copy
// can be made to forget it again. Headers, commitments, leaves and money stay: every chain and every proof still holds.

import { erasedState, type CaseState } from '#modules/cases';
import type { Trace } from '#modules/trace';
import { systemAccess } from '#platform/access';
import type { Clock } from '#platform/clock';
import { freshBytes, type CryptoPort } from '#platform/crypto';
import { statement, type Database, type Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import type { PlanItem } from './erasure-contract.ts';
import { readPlan } from './erasures.ts';
import type { Holds } from './holds.ts';

export type ErasedItem = { readonly kind: PlanItem['kind']; readonly id: string };

const goneZh = '已依法删除';

const lockCase = statement<[string], { state: CaseState; person_id: string | null; status: string; region: string }>(
  'eraser.lock_case',
  'select state, person_id, status, region from case_state where case_id = $1 for update',
);
const deleteBodies = statement<[string], never>(
  'eraser.bodies',
  'delete from case_body where action_id in (select action_id from case_action where case_id = $1)',
);
const clearState = statement<[string, string], never>(
  'eraser.state',
  'update case_state set state = $2::json where case_id = $1',
);
const deleteCaseTraces = statement<[string], never>(
  'eraser.case_traces',
  `delete from trace_body where leaf_id in (
     select leaf_id from case_document where case_id = $1 union select leaf_id from rating where case_id = $1
     union select leaf_id from case_vote where case_id = $1 union select leaf_id from policy_endorsement where case_id = $1)`,
);
const clearDocuments = statement<[string], never>(
  'eraser.documents',
  `update case_document set content = '{"erased":true}' where case_id = $1`,
);
const clearRating = statement<[string], never>(
  'eraser.rating',
  'update rating set comment = null, reply = null where case_id = $1',
);
const clearNotices = statement<[string | null, string | null, string], never>(
  'eraser.notices',
  `update notice set title = $3, text = $3, sms_params = null, sms_to_sealed = null
   where case_id = $1::uuid or (case_id is null and person_id = $2::uuid)`,
);
const deleteDrafts = statement<[string | null, string | null], never>(
  'eraser.drafts',
  `delete from draft where from_case_id = $1::uuid or case_id = $1::uuid or submitted_case_id = $1::uuid
     or (person_id = $2::uuid and submitted_case_id is null)`,
);
const clearFiles = statement<[string | null, string | null, string], { address: string }>(
  'eraser.files',
  `update file set state = 'erased', key_sealed = null, name = $3, plain_index = sha256(gen_random_uuid()::text::bytea)
   where state <> 'erased' and (case_id = $1::uuid or (case_id is null and authority_id is null and person_id = $2::uuid))
   returning address`,
);
const stillUsed = statement<[string[]], { address: string }>(
  'eraser.still_used',
  `select address from file where address = any($1::text[]) and key_sealed is not null`,
);
const deleteSignals = statement<[string], never>(
  'eraser.signals',
  `delete from work_signal w using person p
   where p.person_id = $1 and (w.person_id = p.person_id or w.id_number_index = p.id_number_index)`,
);
const clearRosterLines = statement<[string, string], never>(
  'eraser.roster_lines',
  `update roster_line l set content_sealed = '', name_mask = $2, id_index = null, content_index = null, problems = '[]'
   from person p where p.person_id = $1 and (l.person_id = p.person_id or l.id_index = p.id_number_index)`,
);
const clearImportLines = statement<[string], never>(
  'eraser.import_lines',
  'update import_line set problem_sealed = null where person_id = $1',
);
const clearAuthorities = statement<[string, string, string], never>(
  'eraser.authorities',
  `update authority set stated_sealed = $2, reason = $3 where principal_id = $1 or agent_id = $1`,
);
const clearAuthorityFiles = statement<[string, string], { address: string }>(
  'eraser.authority_files',
  `update file f set state = 'erased', key_sealed = null, name = $2, plain_index = sha256(gen_random_uuid()::text::bytea)
   from authority a where f.authority_id = a.authority_id and (a.principal_id = $1 or a.agent_id = $1) and f.state <> 'erased'
   returning f.address`,
);
const clearAgentName = statement<[string, string], never>(
  'eraser.agent_name',
  `update data_access set agent_name = $2 where actor_kind = 'agent' and actor_id = $1`,
);
const clearPolicies = statement<[string], never>(
  'eraser.policies',
  'update cover_policy set beneficiary = null where person_id = $1',
);
const clearMandates = statement<[string], never>(
  'eraser.mandates',
  'update renewal_mandate set beneficiary = null where person_id = $1',
);
const clearEndorsements = statement<[string, string], never>(
  'eraser.endorsements',
  `update policy_endorsement e set value_before = $2, value_after = $2 from cover_policy p
   where p.policy_id = e.policy_id and p.person_id = $1`,
);
const clearAccounts = statement<[string, string], never>(
  'eraser.accounts',
  `update payout_account set card_sealed = '', card_index = sha256(gen_random_uuid()::text::bytea), card_tail = '', bank_phone_sealed = null, state = 'stopped', ended_at = coalesce(ended_at, $2)
   where person_id = $1`,
);
const clearPhoneChanges = statement<[string, string], never>(
  'eraser.phone_changes',
  `update phone_change set old_phone_sealed = null, new_phone_sealed = null, ended_at = coalesce(ended_at, $2),
     state = case when state in ('asked', 'waiting') then 'stopped' else state end
   where person_id = $1`,
);
const deleteTraits = statement<[string], never>('eraser.traits', 'delete from person_trait where person_id = $1');
const clearSuspicions = statement<[string], never>(
  'eraser.suspicions',
  'update suspicion set note = null where one_id = $1 or other_id = $1',
);
const clearMerges = statement<[string, string], never>(
  'eraser.merges',
  `update person_merge set conflicts = '[]', note = $2, decision_note = null, undo_note = null where from_id = $1 or into_id = $1`,
);
const clearInsured = statement<[string, string], never>(
  'eraser.group_insured',
  'update group_insured set name_mask = $2 where person_id = $1',
);
const deletePersonTraces = statement<[string], never>(
  'eraser.person_traces',
  `delete from trace_body where leaf_id in (
     select leaf_id from consent where person_id = $1 union select leaf_id from membership where person_id = $1
     union select leaf_id from cover_policy where person_id = $1 union select leaf_id from payout_account where person_id = $1
     union select leaf_id from phone_change where person_id = $1 and leaf_id is not null
     union select leaf_id from authority where principal_id = $1 or agent_id = $1
     union select e.leaf_id from policy_endorsement e join cover_policy p on p.policy_id = e.policy_id where p.person_id = $1)`,
);
const deleteSessions = statement<[string], never>('eraser.sessions', 'delete from session where person_id = $1');
const deleteCodes = statement<[string], never>(
  'eraser.codes',
  'delete from sms_code c using person p where p.person_id = $1 and c.phone_index = p.phone_index',
);
const lockPerson = statement<[string], { erased_at: string | null }>(
  'eraser.lock_person',
  'select erased_at from person where person_id = $1 for update',
);
const clearPerson = statement<[string, string, string, string, Buffer, Buffer, Buffer, string], never>(
  'eraser.person',
  `update person set name_sealed = $2, id_number_sealed = $3, phone_sealed = $4, name_index = $5, id_number_index = $6, phone_index = $7,
     birth_day = '1900-01-01', sex = 'unknown', occupation = null, platform_org_id = null, card_sealed = null, card_tail = null,
     erased_at = $8
   where person_id = $1`,
);
const idsOf = statement<[string], { ids: string[] }>('eraser.ids', 'select ids_of($1) as ids');

const nextApproved = statement<[], { erasure_id: string; person_id: string }>(
  'eraser.next',
  `select erasure_id, person_id from erasure where state = 'approved' order by decided_at limit 1`,
);
const finish = statement<[string, string, number, number], never>(
  'eraser.finish',
  `update erasure set state = 'done', done_at = $2, erased_count = $3, kept_count = $4 where erasure_id = $1 and state = 'approved'`,
);

const sweepLooks = statement<[string, number], { access_id: string }>(
  'eraser.sweep_looks',
  `delete from data_access where access_id in (
     select access_id from data_access d where d.at < $1
       and not exists (select 1 from legal_hold h where h.lifted_at is null and (h.person_id = d.person_id or h.case_id = d.case_id))
     order by d.at limit $2) returning access_id`,
);

export type EraserOptions = {
  /** Under the role that erases. */
  readonly db: Database;
  readonly crypto: CryptoPort;
  readonly trace: Trace;
  readonly clock: Clock;
  readonly holds: Pick<Holds, 'over'>;
  readonly removeBlob: (address: string) => Promise<void>;
  /** Keeps the number of what goes with this transaction, on a disk, where a restored copy will find it. */
  readonly note: (item: ErasedItem) => Promise<void>;
  /** After how many years a look is forgotten. */
  readonly looksKeptYears: number;
};

export type Eraser = ReturnType<typeof createEraser>;

const stepsMax = 10_000;
const sweepMax = 5_000;

export function createEraser(options: EraserOptions) {
  const { db, crypto, trace, clock, holds } = options;

  /** One item; false where it must stay after all, or went already. What is in the store goes after the commit; a crash leaves it to the sweep. */
  async function erase(item: ErasedItem, basis: string): Promise<boolean> {
    const work = { case: eraseCase, loose: eraseLoose, person: erasePerson }[item.kind];
    const addresses = await db.transaction(systemAccess, async (tx) => {
      const gone = await work(tx, item.id, basis);
      if (gone === null || gone.length === 0) return gone;
      const used = new Set((await tx.run(stillUsed, [gone])).map((row) => row.address));
      return gone.filter((address) => !used.has(address));
    });
    if (addresses === null) return false;
    for (const address of addresses) await options.removeBlob(address);
    return true;
  }

  async function eraseCase(tx: Tx, caseId: string, basis: string): Promise<string[] | null> {
    // Holds first: whoever puts one waits for this lock and not for the case's.
    if ((await holds.over(tx, [caseId], [])).caseIds.has(caseId)) return null;
    const row = await tx.maybe(lockCase, [caseId]);
    if (!row || row.status !== 'ended' || row.state.erased > 0) return null;
    await options.note({ kind: 'case', id: caseId });
    tx.send(deleteCaseTraces, [caseId]);
    tx.send(deleteBodies, [caseId]);
    tx.send(clearState, [caseId, JSON.stringify(erasedState(row.state))]);
    tx.send(clearDocuments, [caseId]);
    tx.send(clearRating, [caseId]);
    tx.send(clearNotices, [caseId, null, goneZh]);
    tx.send(deleteDrafts, [caseId, null]);
    const files = await tx.run(clearFiles, [caseId, null, goneZh]);
    leaf(tx, 'case.erased', row.person_id, row.region, { case_id: caseId, basis });
    return files.map((file) => file.address);
  }

  async function eraseLoose(tx: Tx, personId: string): Promise<string[] | null> {
    if ((await holds.over(tx, [], [personId])).personIds.size > 0) return null;
    await tx.run(lockPerson, [personId]);
    await options.note({ kind: 'loose', id: personId });
    tx.send(deleteDrafts, [null, personId]);
    tx.send(clearNotices, [null, personId, goneZh]);
    tx.send(deleteSignals, [personId]);
    const files = await tx.run(clearFiles, [null, personId, goneZh]);
    return files.map((file) => file.address);
  }

  async function erasePerson(tx: Tx, personId: string, basis: string): Promise<string[] | null> {
    if ((await holds.over(tx, [], [personId])).personIds.size > 0) return null;
    const [row] = await tx.run(lockPerson, [personId]);
    if (!row || row.erased_at !== null) return null;
    // Somebody may have bought cover or joined since it was planned; the plan is asked again, now that nothing can change.
    const items = await readPlan(tx, personId, clock.now(), (code) => code);
    if (items.some((one) => one.kind === 'person' && one.verdict === 'keep')) return null;
    return clearWhole(tx, personId, basis);
  }

  async function clearWhole(tx: Tx, personId: string, basis: string): Promise<string[] | null> {
    await options.note({ kind: 'person', id: personId });
    tx.send(deleteDrafts, [null, personId]);
    tx.send(clearNotices, [null, personId, goneZh]);
    tx.send(deleteSignals, [personId]);
    tx.send(clearRosterLines, [personId, goneZh]);
    tx.send(clearImportLines, [personId]);
    tx.send(clearAccounts, [personId, clock.now()]);
    tx.send(clearPhoneChanges, [personId, clock.now()]);
    tx.send(deleteTraits, [personId]);
    tx.send(clearSuspicions, [personId]);
    tx.send(clearMerges, [personId, goneZh]);
    tx.send(clearInsured, [personId, goneZh]);
    tx.send(deletePersonTraces, [personId]);
    tx.send(clearEndorsements, [personId, goneZh]);
    tx.send(clearPolicies, [personId]);
    tx.send(clearMandates, [personId]);
    tx.send(clearAgentName, [personId, goneZh]);
    const proofs = await tx.run(clearAuthorityFiles, [personId, goneZh]);
    tx.send(clearAuthorities, [personId, '', goneZh]);
    tx.send(deleteCodes, [personId]);
    tx.send(deleteSessions, [personId]);
    const files = await tx.run(clearFiles, [null, personId, goneZh]);
    const seal = (column: string, plain: string) => crypto.seal(`person:${column}:${personId}`, plain);
    const sealed = [seal('name_sealed', goneZh), seal('id_number_sealed', ''), seal('phone_sealed', '')] as const;
    // Nothing that is looked for finds it: the indexes are of nothing.
    tx.send(clearPerson, [personId, ...sealed, freshBytes(32), freshBytes(32), freshBytes(32), clock.now()]);
    leaf(tx, 'person.erased', personId, '', { basis });
    return [...proofs, ...files].map((file) => file.address);
  }

  function leaf(
    tx: Tx,
    type: string,
    subjectId: string | null,
    region: string,
    body: Readonly<Record<string, unknown>>,
  ) {
    trace.record(tx, {
      eventId: newId(),
      type,
      at: clock.now(),
      region,
      department: '',
      actorId: null,
      subjectId,
      body,
    });
  }

  /** Carries out the oldest decision that is still to be carried out; false when there is none. */
  async function runNext(): Promise<boolean> {
    const next = await db.transaction(systemAccess, (tx) => tx.maybe(nextApproved, []));
    if (!next) return false;
    const { person_id: personId, erasure_id: erasureId } = next;
    const { ids } = await db.transaction(systemAccess, (tx) => tx.one(idsOf, [personId]));
    const items = await db.transaction(systemAccess, (tx) => readPlan(tx, personId, clock.now(), (code) => code));
    for (const item of items) {
      if (item.verdict === 'keep') continue;
      const targets = item.kind === 'case' ? [item.id ?? ''] : ids;
      for (const id of targets) await erase({ kind: item.kind, id }, item.basis);
    }
    // What is left is counted after the fact: something may have had to stay.
    const left = await db.transaction(systemAccess, (tx) => readPlan(tx, personId, clock.now(), (code) => code));
    const kept = left.filter((one) => one.verdict === 'keep').length;
    const done = items.filter((one) => one.verdict === 'erase').length;
    await db.transaction(systemAccess, async (tx) => tx.send(finish, [erasureId, clock.now(), done, kept]));
    return true;
  }

  async function run(): Promise<number> {
    for (let count = 0; count < stepsMax; count += 1) if (!(await runNext())) return count;
    invariant(false, 'erasures do not come to an end');
  }

  /** After a restore: what had gone before goes again, whatever the copy's plan says. Gives how many went. */
  async function again(items: readonly ErasedItem[]): Promise<number> {
    let count = 0;
    for (const item of items) {
      const basis = '恢复备份以后重新删除';
      const work = item.kind === 'person' ? (tx: Tx) => clearAgain(tx, item.id, basis) : null;
      if (work) {
        const addresses = await db.transaction(systemAccess, work);
        for (const address of addresses ?? []) await options.removeBlob(address);
        count += addresses === null ? 0 : 1;
      } else count += (await erase(item, basis)) ? 1 : 0;
    }
    return count;
  }

  async function clearAgain(tx: Tx, personId: string, basis: string): Promise<string[] | null> {
    if ((await holds.over(tx, [], [personId])).personIds.size > 0) return null;
    const [row] = await tx.run(lockPerson, [personId]);
    return !row || row.erased_at !== null ? null : clearWhole(tx, personId, basis);
  }

  /** Looks older than their years, some thousands at a time; what is held stays. */
  async function sweep(): Promise<number> {
    const before = new Date(clock.now());
    before.setUTCFullYear(before.getUTCFullYear() - options.looksKeptYears);
    const rows = await db.transaction(systemAccess, (tx) => tx.run(sweepLooks, [before.toISOString(), sweepMax]));
    return rows.length;
  }

  return { erase, run, again, sweep };
}
