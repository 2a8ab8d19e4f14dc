// Endorsements (DI-004): the insurer's underwriter agrees to a change; it is written beside the policy and holds from then on. Nothing
// here rewrites a policy or a day of cover.

import { occupations } from '#catalog/rules/index';
import type { Effect } from '#modules/cases';
import { dayOf } from '#platform/calendar';
import type { Tx } from '#platform/db';
import { statement } from '#platform/db';
import { invariant } from '#platform/errors';
import { newId } from '#platform/ids';
import { isSamePerson } from '#platform/one-person';
import { refuse } from './contract.ts';
import { coverReaders, type CoverOptions } from './options.ts';
import { textOf } from './ports.ts';
import * as renewalStore from './renewal-store.ts';
import * as store from './store.ts';

type Item = 'name' | 'occupation' | 'beneficiary' | 'phone';
const items: Readonly<Record<string, Item>> = {
  姓名证件: 'name',
  职业类别: 'occupation',
  受益人: 'beneficiary',
  联系电话: 'phone',
};
/** How a person says that nobody is named (保险法第四十二条). */
const statutory = '法定';

const insertEndorsement = statement<
  [string, string, Item, string, string, string, string, string[], string],
  { endorsement_id: string }
>(
  'cover.insert_endorsement',
  `insert into policy_endorsement (endorsement_id, policy_id, item, value_before, value_after, effective_at, case_id, readers, leaf_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (case_id) do nothing returning endorsement_id`,
);

const selectEndorsed = statement<[string, Item, string], { value_after: string }>(
  'cover.endorsed_at',
  `select value_after from policy_endorsement where policy_id = $1 and item = $2 and effective_at <= $3
   order by effective_at desc, endorsement_id desc limit 1`,
);

const selectBeneficiary = statement<[string], { beneficiary: string | null }>(
  'cover.policy_beneficiary',
  'select beneficiary from cover_policy where policy_id = $1',
);

const endorseMandate = statement<[string, string | null, string | null], never>(
  'cover.endorse_mandate',
  `update renewal_mandate set work_type = coalesce($2, work_type), beneficiary = case when $2 is null then $3 else beneficiary end
   where case_id = $1 and state <> 'ended'`,
);

/** The beneficiary of a policy at an instant; null where nobody is named. */
export async function beneficiaryAt(tx: Tx, policyId: string, at: string): Promise<string | null> {
  const endorsed = await tx.maybe(selectEndorsed, [policyId, 'beneficiary', at]);
  const named = endorsed
    ? endorsed.value_after
    : ((await tx.maybe(selectBeneficiary, [policyId]))?.beneficiary ?? null);
  return named === statutory ? null : named;
}

export function createEndorsements(options: CoverOptions) {
  const { clock } = options;

  async function policyOf(
    tx: Tx,
    state: { readonly data: Readonly<Record<string, unknown>>; readonly personId: string | null },
  ) {
    const cited = textOf(state, 'cited_case_id');
    const policy = cited ? await tx.asSystem().maybe(store.policyOfCase, [cited, dayOf(clock.now())]) : undefined;
    if (!policy || !(await isSamePerson(tx, policy.person_id, state.personId))) throw refuse('cover.no_policy');
    return policy;
  }

  /** Leaving the request: a policy of this person's that still runs, and a value that can be what it is said to be. */
  const check: Effect = async ({ tx, state }) => {
    const policy = await policyOf(tx, state);
    if (policy.ends_at <= clock.now()) throw refuse('cover.policy_over');
    const item = items[textOf(state, 'endorse_item') ?? ''];
    invariant(item, 'an item is chosen');
    const after = textOf(state, 'value_after') ?? '';
    if (item === 'occupation' && !occupations.some((one) => one === after)) {
      const problem = { path: 'value_after', code: 'unknown', zh: `请从这些里选一个写：${occupations.join('、')}。` };
      throw refuse('cover.occupation_unknown', {}, [problem]);
    }
    const claims = await tx.asSystem().run(store.claimsOfPolicy, [policy.policy_id, null]);
    const known =
      item === 'occupation'
        ? policy.work_type
        : item === 'beneficiary'
          ? await beneficiaryAt(tx.asSystem(), policy.policy_id, clock.now())
          : null;
    return {
      policy_id: policy.policy_id,
      endorsed_policy_no: policy.policy_no,
      ...(known === null ? {} : { endorse_recorded: known }),
      ...(claims.length > 0 ? { endorse_doubt: '这张保单已有理赔，请核对批改是否影响理赔' } : {}),
    };
  };

  /** Leaving the check with `approve`. */
  const endorse: Effect = async (context) => {
    const { tx, state } = context;
    const policyId = textOf(state, 'policy_id');
    const item = items[textOf(state, 'endorse_item') ?? ''];
    invariant(policyId && item && state.personId, `case ${state.caseId} endorses nothing`);
    const at = clock.now();
    const endorsementId = newId();
    const [before, after] = [textOf(state, 'value_before') ?? '', textOf(state, 'value_after') ?? ''];
    const leafId = options.trace.record(tx, {
      eventId: endorsementId,
      type: 'cover.endorsed',
      at,
      region: state.region,
      department: 'insurer',
      actorId: context.actor.id,
      subjectId: state.personId,
      body: { case: state.caseNo, policyId, item, before, after },
    });
    await tx.run(insertEndorsement, [
      endorsementId,
      policyId,
      item,
      before,
      after,
      at,
      state.caseId,
      coverReaders(context),
      leafId,
    ]);
    // What renews by itself renews as endorsed; the days that were insured before stay as they are.
    const cited = textOf(state, 'cited_case_id');
    const mandate = cited ? await tx.asSystem().maybe(renewalStore.mandateOfCase, [cited]) : undefined;
    if (mandate && (item === 'occupation' || item === 'beneficiary'))
      tx.asSystem().send(endorseMandate, [
        mandate.case_id,
        item === 'occupation' ? after : null,
        item === 'beneficiary' && after !== statutory ? after : null,
      ]);
    return { endorsed_at: at };
  };

  return { effects: { 'cover.check_endorsement': check, 'cover.endorse_policy': endorse } };
}
