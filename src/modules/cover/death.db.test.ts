// A death claimed by the family, on real PostgreSQL and with the simulated bank: who may ask, two who ask at once, one line a beneficiary,
// a line that comes back, and what a death ends.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeResidentId, syntheticRegion } from '#catalog/fields/index';
import { agentAccess, systemAccess, type OnBehalf } from '#platform/access';
import { statement } from '#platform/db';
import { makeWorld, refused, type Worker, type World } from '#test/money-world';

const payoutsOf = statement<
  [string],
  { payee: number | null; amount_fen: number; state: string; payout_id: string; reference: string }
>(
  'test.death_payouts',
  'select payee, amount_fen, state, payout_id, reference from payout where case_id = $1 order by created_at, payee',
);
const claimsOf = statement<[string], { benefit: string; amount_fen: number; state: string }>(
  'test.death_claims',
  'select benefit, amount_fen, state from benefit_claim where person_id = $1 order by benefit, state',
);

let world: World;
beforeAll(async () => {
  world = await makeWorld();
}, 60_000);
afterAll(() => world?.close());

const heir = (name: string, nth: number, relation: string, change: object = {}) => ({
  name,
  idDocument: { type: 'resident_id', number: makeResidentId(syntheticRegion, '1991-02-03', nth) },
  relation,
  cardNumber: cardOf(nth),
  ...change,
});
/** Numbers that pass the card's check digit. */
function cardOf(nth: number): string {
  const digits = `620000000000${String(nth).padStart(6, '0')}`;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, at) => {
      const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
const [wife, son, mother] = [heir('林一', 11, '妻子'), heir('陈二', 12, '儿子'), heir('陈三', 13, '母亲')];

type Agent = ReturnType<typeof kin>;
function kin(of: Worker, agent: Worker, kind: OnBehalf['kind'] = 'kinship') {
  const onBehalf: OnBehalf = {
    authorityId: randomUUID(),
    kind,
    personId: of.personId,
    principalName: of.name,
    agentKind: 'worker',
    agentName: '林一',
    untilAt: '2027-01-01T00:00:00.000Z',
    services: ['DI-006', 'DI-010'],
  };
  const access = agentAccess(agent.personId, onBehalf);
  return {
    ...of,
    access,
    actor: { kind: 'worker' as const, id: agent.personId, name: '林一', grants: access.grants, onBehalf },
  };
}

/** Somebody who is covered, had an accident for which the insurer is liable, and died of it. */
async function died() {
  const who = await world.worker();
  world.clock.set('2026-05-03T04:00:00.000Z');
  await world.buy(who, '2026-05-03', 3);
  world.clock.set('2026-05-03T08:00:00.000Z');
  const adjuster = await world.officer('insurer_adjuster', 'traffic_police');
  const { caseId, caseNo } = await world.open(who, 'DI-006', {
    accident_time: '2026-05-03T04:30:00.000Z',
    accident_spot: { text: '湖里区某路口', region: '350206' },
    accident_kind: '道路交通',
    on_work: 'on',
    injured_condition: '身故',
    scene_media: [randomUUID()],
    late_reason: '在抢救',
  });
  await world.act(adjuster, caseId, 'dispatch', 'contact', { contact_note: '已联系' });
  await world.act(adjuster, caseId, 'survey', 'done', { survey_report: '已查勘' });
  await world.act(adjuster, caseId, 'police-doc', 'none');
  await world.act(adjuster, caseId, 'duty', 'yes', { duty_reason: '属于' });
  world.dead.add(who.personId);
  const agent = await entrusted(who, caseId);
  return { who, agent, adjuster, caseId, caseNo };
}

async function entrusted(who: Worker, caseId: string): Promise<Agent> {
  const agent = kin(who, await world.worker());
  await world.db.transaction(systemAccess, (tx) =>
    world.cases.entrust(
      tx,
      { caseId, personId: who.personId, authorityId: agent.actor.onBehalf.authorityId, note: '窗口同意' },
      { kind: 'system', id: null, name: '', grants: ['*'] },
    ),
  );
  return agent;
}

const papers = (caseNo: string, claimants: readonly object[], change: object = {}) => ({
  linked_report: caseNo,
  insured_id: makeResidentId(syntheticRegion, '1994-04-05', 9),
  death_time: '2026-05-03T14:00',
  death_reason: '事故直接致死',
  within_180_days: 'on',
  claimants,
  cremation_cert: [randomUUID()],
  kin_proof: [randomUUID()],
  death_cert: [randomUUID()],
  ...change,
});

const claim = (agent: Agent, caseNo: string, claimants: readonly object[], change: object = {}) =>
  world.open(agent, 'DI-010', papers(caseNo, claimants, change));
const payouts = (caseId: string) => world.db.transaction(systemAccess, (tx) => tx.run(payoutsOf, [caseId]));
const claims = (who: Worker) => world.db.transaction(systemAccess, (tx) => tx.run(claimsOf, [who.personId]));

async function assessed(caseId: string, agent: Agent, fen = 30_000_000) {
  const [one, two] = [await world.officer('insurer_adjuster'), await world.officer('insurer_adjuster')];
  await world.act(one, caseId, 'doc-check', 'complete');
  await world.act(one, caseId, 'assess', 'high', { assess_note: '按规则', approved_fen: { fen } });
  await world.act(two, caseId, 'assess-dual', 'approve', { review_opinion: '同意' });
  await world.act(agent, caseId, 'confirm', 'agree');
}

/** Two officers pay these lines, and the bank answers. */
async function pay(payoutIds: readonly string[]): Promise<void> {
  const [maker, checker] = [await world.officer(), await world.officer()];
  const batch = await world.money.batches.makeBatch(maker, payoutIds, randomUUID());
  await world.money.batches.decideBatch(checker, batch.batchId, {
    requestId: randomUUID(),
    decision: 'approve',
    reason: '',
    linesHash: batch.linesHash,
  });
  await world.drain();
  world.bankSim.settleNow();
}

describe('a death', () => {
  it('is claimed by the family only, and only after a window has looked', async () => {
    const { who, agent, caseId, caseNo } = await died();
    expect(await refused(world.open(who, 'DI-010', papers(caseNo, [wife])))).toBe('cover.not_family');
    const helper = {
      ...agent,
      actor: { ...agent.actor, onBehalf: { ...agent.actor.onBehalf, kind: 'consent' as const } },
    };
    expect(await refused(claim(helper, caseNo, [wife]))).toBe('cover.not_family');
    world.dead.delete(who.personId);
    expect(await refused(claim(agent, caseNo, [wife]))).toBe('cover.not_family');
    world.dead.add(who.personId);
    const someShare = [{ ...wife, sharePercent: '100' }, son];
    expect(await refused(claim(agent, caseNo, someShare))).toBe('cover.shares_wrong');
    const opened = await claim(agent, caseNo, [wife]);
    expect(opened.caseId).not.toBe(caseId);
    const found = await world.state(opened.caseId);
    expect(found.data).toMatchObject({ benefit: 'death', contact_person_id: agent.actor.id });
    // Numbers and cards lie nowhere in the open.
    expect(JSON.stringify(found.data)).not.toContain(wife.cardNumber);
    expect(JSON.stringify(found.data)).not.toContain(wife.idDocument.number);
  });

  it('pays each beneficiary once, asks again only for the one that came back, and tells the case when all are done', async () => {
    const { who, agent, caseNo } = await died();
    const { caseId } = await claim(agent, caseNo, [wife, son, mother]);
    const first = await world.officer('insurer_adjuster');
    const given = await world.db.transaction(first.access, async (tx) =>
      world.cover.suggest(tx, await world.state(caseId)),
    );
    const fen = given?.amountFen ?? 0;
    expect(given?.explanation.filter((one) => one.zh.startsWith('第')).map((one) => one.value)).toHaveLength(3);
    await world.act(first, caseId, 'doc-check', 'complete');
    expect(
      await refused(world.act(first, caseId, 'assess', 'agree', { assess_note: '按规则', approved_fen: { fen } })),
    ).toBe('cover.death_dual');
    const odd = fen - (fen % 3) - 1;
    await world.act(first, caseId, 'assess', 'high', { assess_note: '按规则', approved_fen: { fen: odd } });
    const second = await world.officer('insurer_adjuster');
    await world.act(second, caseId, 'assess-dual', 'approve', { review_opinion: '同意' });
    await world.act(agent, caseId, 'confirm', 'agree');
    const drafted = await payouts(caseId);
    expect(drafted.map((one) => one.payee)).toEqual([1, 2, 3]);
    expect(drafted.reduce((sum, one) => sum + one.amount_fen, 0)).toBe(odd);
    const spread = drafted.map((one) => one.amount_fen);
    expect(Math.max(...spread) - Math.min(...spread)).toBe(1);
    expect(spread).toEqual(spread.toSorted((a, b) => b - a));

    world.bankSim.registerCard(wife.cardNumber, wife.name);
    world.bankSim.registerCard(son.cardNumber, '另一个人');
    world.bankSim.registerCard(mother.cardNumber, mother.name);
    await pay(drafted.slice(0, 2).map((one) => one.payout_id));
    await expect
      .poll(async () => (await payouts(caseId)).map((one) => one.state))
      .toEqual(['settled', expect.stringMatching(/returned|failed/), 'drafted']);
    // One is paid, one came back, one waits for its batch: the case is still being paid.
    expect((await world.state(caseId)).active.map((one) => one.step)).toEqual(['pay']);
    await pay(drafted.slice(2).map((one) => one.payout_id));
    await world.until(caseId, 'docs');
    expect((await world.state(caseId)).data).toMatchObject({
      paid_payees: [1, 3],
      pay_failed_reason: expect.stringContaining('第2位收款人'),
    });
    expect(await claims(who)).toEqual([{ benefit: 'death', amount_fen: odd, state: 'agreed' }]);

    const again = (claimants: readonly object[]) => world.act(agent, caseId, 'docs', 'submit', { claimants });
    expect(await refused(again([heir('外人', 21, '儿子')]))).toBe('cover.shares_settled');
    const newCard = cardOf(22);
    await again([{ ...son, cardNumber: newCard }]);
    await world.act(first, caseId, 'doc-check', 'complete');
    expect(
      await refused(
        world.act(first, caseId, 'assess', 'high', { assess_note: '再算', approved_fen: { fen: odd - 3 } }),
      ),
    ).toBe('cover.shares_settled');
    expect(await refused(world.act(first, caseId, 'assess', 'deny', { assess_note: '不赔' }, '改主意了'))).toBe(
      'cover.shares_settled',
    );
    await world.act(first, caseId, 'assess', 'high', { assess_note: '再付', approved_fen: { fen: odd } });
    await world.act(second, caseId, 'assess-dual', 'approve', { review_opinion: '同意' });
    await world.act(agent, caseId, 'confirm', 'agree');
    const open = (await payouts(caseId)).filter((one) => one.state === 'drafted');
    expect(open.map((one) => one.payee)).toEqual([2]);
    world.bankSim.registerCard(newCard, son.name);
    await pay(open.map((one) => one.payout_id));
    await world.until(caseId, 'close');
    const all = await payouts(caseId);
    expect(all.filter((one) => one.state === 'settled').reduce((sum, one) => sum + one.amount_fen, 0)).toBe(odd);
    expect(await claims(who)).toEqual([{ benefit: 'death', amount_fen: odd, state: 'paid' }]);
    expect(await world.money.brokenPromises()).toEqual([]);
  });

  it('two of the family at once: both are heard, a person decides, one is paid', async () => {
    const { who, agent, caseId: reportId, caseNo } = await died();
    const other = await entrusted(who, reportId);
    const [one, two] = await Promise.all([claim(agent, caseNo, [wife, son]), claim(other, caseNo, [mother])]);
    expect(await claims(who)).toEqual([{ benefit: 'death', amount_fen: 0, state: 'open' }]);
    const adjuster = await world.officer('insurer_adjuster');
    for (const { caseId } of [one, two]) await world.act(adjuster, caseId, 'doc-check', 'complete');
    const agree = (caseId: string) =>
      world.act(adjuster, caseId, 'assess', 'high', { assess_note: '按规则', approved_fen: { fen: 10_000_000 } });
    expect(await Promise.all([refused(agree(one.caseId)), refused(agree(two.caseId))])).toEqual([
      'cover.claimants_conflict',
      'cover.claimants_conflict',
    ]);
    // Whichever came first, the one that is judged to be right is paid.
    await world.act(adjuster, one.caseId, 'assess', 'deny', { assess_note: '不是受益人' }, '不是保单指定的受益人');
    await agree(two.caseId);
    expect((await claims(who)).filter((row) => row.state !== 'denied')).toEqual([
      { benefit: 'death', amount_fen: 10_000_000, state: 'agreed' },
    ]);
  });

  it('ends what renews by itself, and does not sweep what the family may give back under the table', async () => {
    const { agent, caseNo } = await died();
    const { caseId } = await claim(agent, caseNo, [wife]);
    const adjuster = await world.officer('insurer_adjuster');
    const given = await world.db.transaction(adjuster.access, async (tx) =>
      world.cover.suggest(tx, await world.state(caseId)),
    );
    expect(given?.explanation.find((one) => one.zh === '还没有开始的保障日')?.value).toContain('2 天');
    await assessed(caseId, agent, 10_000_000);
    expect((await payouts(caseId)).map((one) => one.payee)).toEqual([1]);
  });
});
