// Approving payments with a key, through the real routes on a real city: the signature is for one batch, its lines and the approval; what
// was approved can be checked again years later; and whoever stands in for somebody checks nothing of that person's.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { totpCode } from '#modules/identity';
import { startApp, type Answer, type Caller, type TestApp } from './app.ts';
import { makeAuthenticator, type Authenticator } from './authenticator.ts';

let app: TestApp;
let owner: pg.Client;
let maker: Caller;
let checker: Caller;
let device: Authenticator;
let payoutIds: string[];

const rows = async (text: string, values: unknown[] = []) =>
  (await owner.query<Record<string, string>>(text, values)).rows;

beforeAll(async () => {
  app = await startApp({ host: 'localhost', settings: async () => ({ APPROVER_KEYS: 'required' }) });
  owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  [maker, checker] = [await app.staff('insurer_finance', 1), await app.staff('insurer_finance', 2)];
  device = makeAuthenticator(app.url);
  const [{ org_id: orgId } = { org_id: '' }] = await rows('select org_id from staff where staff_id = $1', [maker.id]);
  const drafted = await rows(`select payout_id from payout where state = 'drafted' and org_id = $1`, [orgId]);
  payoutIds = drafted.map((one) => one['payout_id'] ?? '').slice(0, 1);
  if (payoutIds.length === 0) throw new Error('the city has no payout that waits for a batch');
}, 120_000);
afterAll(async () => {
  await owner?.end();
  await app?.close();
});

async function make(by = maker): Promise<{ batchId: string; linesHash: string; makerFor: string | null }> {
  const made = await by.post('/api/payout-batches', { requestId: randomUUID(), payoutIds });
  expect(made.status, made.text).toBe(200);
  return made.body;
}
const urlOf = (batchId: string) => `/api/payout-batches/${batchId}`;
const decide = (
  { batchId, linesHash }: { batchId: string; linesHash: string },
  more: object,
  by = checker,
): Promise<Answer> =>
  by.post(`${urlOf(batchId)}/decide`, { requestId: randomUUID(), decision: 'approve', linesHash, ...more });
const prove = ({ batchId, linesHash }: { batchId: string; linesHash: string }, by = checker): Promise<Answer> =>
  by.post(`${urlOf(batchId)}/prove`, { requestId: randomUUID(), linesHash });
const refuse = (batch: { batchId: string; linesHash: string }) =>
  decide(batch, { decision: 'refuse', reason: '退回重做一次' });

async function enrol(who: Caller, key: Authenticator): Promise<void> {
  const [{ login } = { login: '' }] = await rows('select login from staff where staff_id = $1', [who.id]);
  const secret = app.city.accounts.find((one) => one.login === login)?.totpSecret ?? '';
  // The code of the login is used up; the next one counts already.
  const begun = await who.post('/api/staff/keys/begin', { code: totpCode(secret, Date.now() + 30_000) });
  expect(begun.status, begun.text).toBe(200);
  const credential = key.create(begun.body.creation);
  const input = { requestId: randomUUID(), enrolId: begun.body.enrolId, name: '测试钥匙', credential };
  expect((await who.post('/api/staff/keys', input)).status).toBe(200);
}

it('where keys are required an approver without one is told where to go, and may still refuse', async () => {
  const batch = await make();
  expect((await checker.get(urlOf(batch.batchId))).body).toMatchObject({ canDecide: true, key: 'missing' });
  expect((await decide(batch, {})).body).toMatchObject({
    code: 'money.key_missing',
    next: expect.stringContaining('我的账户') as string,
  });
  expect((await prove(batch)).body.code).toBe('money.key_missing');
  expect((await refuse(batch)).body).toMatchObject({ state: 'voided', signed: false });
});

it('a signature is for one batch and these lines; changed lines void the batch whatever was signed', async () => {
  await enrol(checker, device);
  const first = await make();
  expect((await checker.get(urlOf(first.batchId))).body.key).toBe('needed');
  expect((await decide(first, {})).body.code).toBe('money.key_needed');
  const signed = device.get((await prove(first)).body);
  await refuse(first);
  const second = await make();
  expect((await decide(second, { proof: signed })).body.code).toBe('identity.key_other');
  const elsewhere = device.get((await prove(second)).body, { origin: 'https://gongdun.example' });
  expect((await decide(second, { proof: elsewhere })).body.code).toBe('identity.key_wrong');
  const other = { ...second, linesHash: 'ab'.repeat(32) };
  const wrongLines = device.get((await prove(other)).body);
  expect((await decide(other, { proof: wrongLines })).body.code).toBe('money.lines_changed');
  expect((await decide(second, { proof: wrongLines })).body.code).toBe('identity.key_other');
  const good = device.get((await prove(second)).body);
  await owner.query(`set gongdun.grants = '{*}'`);
  await owner.query('update payout set amount_fen = amount_fen + 1 where payout_id = $1', [payoutIds[0]]);
  expect((await decide(second, { proof: good })).body.code).toBe('money.lines_changed');
  expect((await checker.get(urlOf(second.batchId))).body.state).toBe('voided');
  await owner.query('update payout set amount_fen = amount_fen - 1 where payout_id = $1', [payoutIds[0]]);
});

it('a substitute is shown as such; nobody checks what was made in his name, nor in the name of whom he stands in for', async () => {
  const [me] = await rows(`select f.staff_id, f.org_id, f.name from staff f where f.staff_id = $1`, [maker.id]);
  const adjusters = app.city.accounts.filter((one) => one.role === 'insurer_adjuster');
  let substitute: Caller | null = null;
  for (let nth = 1; nth <= adjusters.length && !substitute; nth += 1) {
    const one = await app.staff('insurer_adjuster', nth);
    const [at] = await rows('select org_id from staff where staff_id = $1', [one.id]);
    if (at?.['org_id'] === me?.['org_id']) substitute = one;
  }
  if (!substitute) throw new Error('the insurer has no adjuster');
  const own = await make();
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const [security, second] = [
    await app.staff('security_administrator', 1),
    await app.staff('security_administrator', 2),
  ];
  const asked = await security.post('/api/staff/substitutions', {
    requestId: randomUUID(),
    staffId: maker.id,
    substituteId: substitute.id,
    role: 'insurer_finance',
    orgId: me?.['org_id'],
    fromDay: today,
    untilDay: today,
    reason: '请假一天',
  });
  expect(asked.body).toMatchObject({ state: 'waiting' });
  const agreed = await second.post(`/api/admin/role-proposals/${asked.body.proposalId}/decide`, {
    requestId: randomUUID(),
    agree: true,
  });
  expect(agreed.status, agreed.text).toBe(200);
  // What a session knows of roles is five seconds old at most.
  await expect.poll(async () => (await substitute.get(urlOf(own.batchId))).status, { timeout: 8_000 }).toBe(200);
  expect((await substitute.get(urlOf(own.batchId))).body).toMatchObject({
    canDecide: false,
    blocked: expect.stringContaining('代制单人') as string,
  });
  expect((await decide(own, {}, substitute)).body.code).toBe('money.stands_in_for_maker');
  await refuse(own);
  const lent = await make(substitute);
  expect(lent).toMatchObject({ makerFor: me?.['name'], mine: true });
  expect((await decide(lent, {}, substitute)).body.code).toBe('money.four_eyes');
  expect((await decide(lent, {}, maker)).body.code).toBe('money.stands_in_for_maker');
  expect((await maker.get(urlOf(lent.batchId))).body.canDecide).toBe(false);
  // The database holds it when no code does.
  const direct = (approver: string, approverFor: string | null) =>
    owner.query(
      `insert into payout_approval (batch_id, maker_id, approver_id, lines_hash, decision, at, leaf_id, maker_for, approver_for)
       select batch_id, maker_id, $2, lines_hash, 'approve', now(), leaf_id, maker_for, $3 from payout_batch where batch_id = $1`,
      [lent.batchId, approver, approverFor],
    );
  await expect(direct(maker.id, null)).rejects.toThrow('payout_approval_stand_in_check');
  await expect(direct(checker.id, maker.id)).rejects.toThrow('payout_approval_stand_in_check');
  await expect(direct(checker.id, substitute.id)).rejects.toThrow('payout_approval_stand_in_check');
  await refuse(lent);
});

it('pressed twice at once it is approved once, with a proof that can be checked again after the key is gone', async () => {
  const batch = await make();
  const proof = device.get((await prove(batch)).body);
  const requestId = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => decide(batch, { proof, requestId })));
  expect(answers.map((one) => one.status)).toEqual([200, 200, 200]);
  expect(answers[0]?.body).toMatchObject({ decision: 'approve', signed: true });
  const kept = await rows('select proof, approver_id from payout_approval where batch_id = $1', [batch.batchId]);
  expect(kept).toMatchObject([{ approver_id: checker.id, proof: { rpId: 'localhost', origin: app.url } }]);
  // Replayed on the same batch it changes nothing; a different word is too late.
  expect((await decide(batch, { decision: 'refuse', reason: '后来又不同意' })).body.code).toBe('money.batch_decided');

  const { batches } = app.services.money;
  await owner.query(`update staff_key set removed_at = now(), removed_by = staff_id where staff_id = $1`, [checker.id]);
  expect(await batches.unprovedApprovals()).toEqual([]);
  const forged = await rows(`select lines_hash from payout_approval where batch_id = $1`, [batch.batchId]);
  await owner.query(`update payout_approval set lines_hash = '\\xab' where batch_id = $1`, [batch.batchId]);
  expect(await batches.unprovedApprovals()).toEqual([batch.batchId]);
  await owner.query(`update payout_approval set lines_hash = $2 where batch_id = $1`, [
    batch.batchId,
    forged[0]?.['lines_hash'],
  ]);
  expect(await batches.unprovedApprovals()).toEqual([]);
});
