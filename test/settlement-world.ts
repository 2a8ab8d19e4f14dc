// A whole app with a settled past: policies of last month for the city's insurer, written as the ledger of cover writes them. And the
// hands that a settlement needs: files, declarations, acts. Nothing here decides.

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect } from 'vitest';
import { dayOf } from '#platform/calendar';
import { systemAccess } from '#platform/access';
import { startApp, type Answer, type Caller, type TestApp } from './app.ts';

export type SettlementWorld = Awaited<ReturnType<typeof makeSettlementWorld>>;

export const policyNo = (place: number) => `GD990000${String(place).padStart(14, '0')}`;

export async function makeSettlementWorld() {
  const app: TestApp = await startApp({ background: true, workers: 120 });
  const owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  await owner.query("select set_config('gongdun.grants', '{*}', false)");
  const insurer = await app.staff('insurer_finance');
  const me = await insurer.get('/api/staff/me');
  const office: { role: string; orgId: string; region: string } = me.body.roles[0];
  const today = dayOf(app.clock.now());
  /** Long before the city's own days begin, so that what a test writes is all that there is. */
  const month = '2025-06-01';

  const { rows: free } = await owner.query<{ person_id: string }>(
    "select person_id from person p where birth_day > '1970-01-01' and not exists (select 1 from cover_entry e where e.person_id = p.person_id) order by person_id limit 40",
  );

  /** A policy of so many days from a day of the month; gives its number. */
  async function policy(
    place: number,
    of: { firstDay?: string; days?: number; premiumFen?: number; subsidyFen?: number; person?: number } = {},
  ): Promise<string> {
    const { firstDay = month, days = 2, premiumFen = days * 40, subsidyFen = days * 20, person = place } = of;
    const personId = free[person]?.person_id;
    if (!personId) throw new Error(`no free person ${person}`);
    const policyId = randomUUID();
    const at = `${firstDay}T00:00:00+08:00`;
    await owner.query(
      `with leaf as (insert into log_leaf (leaf_id, entry) values ($1, 'test') returning leaf_id),
       made as (insert into cover_policy (policy_id, policy_no, person_id, case_id, insurer_org_id, region, work_type, first_day, days, starts_at,
           ends_at, premium_fen, subsidy_fen, issued_at, readers, leaf_id)
         select $1, $2, $3, $1, $4, '350203', '网约配送员', $5, $6, $7::timestamptz, $7::timestamptz + make_interval(days => $6), $8, $9,
           $7::timestamptz - interval '1 day', array['*'], leaf_id from leaf returning policy_id)
       insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
       select $3, $5::date + n, 1, policy_id, 'bound', $7::timestamptz + make_interval(days => n), $7::timestamptz + make_interval(days => n + 1),
         $7::timestamptz - interval '1 day', array['*'], $1 from made, generate_series(0, $6 - 1) n`,
      [policyId, policyNo(place), personId, office.orgId, firstDay, days, at, premiumFen, subsidyFen],
    );
    return policyNo(place);
  }

  /** Makes a person one whom no subsidy is for. */
  async function age(person: number): Promise<void> {
    await owner.query("update person set birth_day = '1950-01-01' where person_id = $1", [free[person]?.person_id]);
  }

  /** Gives a day back after the fact, as a correction of the ledger would. */
  async function release(number: string, day: string, at: string): Promise<void> {
    await owner.query(
      `insert into cover_entry (person_id, day, generation, policy_id, kind, starts_at, ends_at, at, readers, leaf_id)
       select e.person_id, e.day, e.generation + 1, e.policy_id, 'released', e.starts_at, e.ends_at, $3, e.readers, e.leaf_id
       from cover_entry e join cover_policy p on p.policy_id = e.policy_id where p.policy_no = $1 and e.day = $2`,
      [number, day, at],
    );
  }

  async function upload(caller: Caller, name: string, bytes: Buffer, type: string): Promise<Answer> {
    const boundary = `b${randomUUID()}`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${type}\r\n\r\n`;
    const response = await app.app.inject({
      method: 'POST',
      url: '/api/files',
      headers: {
        cookie: caller.cookie,
        'x-csrf': caller.csrf,
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
      payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    });
    return { status: response.statusCode, body: JSON.parse(response.body), text: response.body };
  }

  async function csvFile(caller: Caller, text: string): Promise<{ fileIds: string[] }> {
    const stored = await upload(caller, '明细.csv', Buffer.from(text), 'text/csv');
    expect(stored.status, stored.text).toBe(201);
    return { fileIds: [stored.body.fileId] };
  }

  const invoice = async (caller: Caller) => {
    const stored = await upload(caller, '发票.png', onePixel, 'image/png');
    expect(stored.status, stored.text).toBe(201);
    return { fileIds: [stored.body.fileId] };
  };

  async function start(caller: Caller, code: string, data: object, at = office): Promise<Answer> {
    const { role, orgId, region } = at;
    return caller.post(`/api/desk/services/${code}/start`, { requestId: randomUUID(), role, orgId, region, data });
  }

  /** The form of a declaration that says what our ledger says, or as given. */
  async function declaration(
    of: { month?: string; ledger?: string; flow?: string; days?: number; grossFen?: number } = {},
  ) {
    const which = of.month ?? month;
    const figures = (await insurer.get(`/api/settlements/preview?month=${which.slice(0, 7)}`)).body;
    const ours = async (kind: string) =>
      (await insurer.get(`/api/settlements/ledger?month=${which.slice(0, 7)}&kind=${kind}`)).text;
    return {
      settle_month: which.slice(0, 7),
      insured_person_days: String(of.days ?? figures.personDays),
      gross_premium: yuan(of.grossFen ?? figures.grossFen),
      bank_account: '35020000000000001',
      premium_ledger: await csvFile(insurer, of.ledger ?? (await ours('ledger'))),
      payment_flow: await csvFile(insurer, of.flow ?? (await ours('flow'))),
      tax_invoice: await invoice(insurer),
    };
  }

  async function act(
    caller: Caller,
    caseId: string,
    step: string,
    outcome: string,
    data: object = {},
    reason?: string,
  ) {
    return caller.post(`/api/cases/${caseId}/commands`, {
      requestId: randomUUID(),
      command: { type: 'act', step, outcome, data, ...(reason ? { reason } : {}) },
    });
  }

  async function done(
    caller: Caller,
    caseId: string,
    step: string,
    outcome: string,
    data: object = {},
    reason?: string,
  ) {
    const answer = await act(caller, caseId, step, outcome, data, reason);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  }

  const stateOf = async (caseId: string) => app.services.reader.state(systemAccess, caseId);
  const stepsOf = async (caseId: string) => {
    const state = await stateOf(caseId);
    return state.end ?? state.active.map((one) => one.step).join();
  };
  const until = (caseId: string, steps: string) =>
    expect.poll(() => stepsOf(caseId), { timeout: 20_000, interval: 50 }).toBe(steps);

  const balance = async (account: string): Promise<number> => {
    const { rows } = await owner.query<{ fen: string }>(
      'select coalesce(sum(amount_fen), 0) as fen from entry where account_id = $1 and not pending',
      [account],
    );
    return Number(rows[0]?.fen ?? 0);
  };

  return {
    app,
    owner,
    insurer,
    office,
    month,
    today,
    policy,
    age,
    release,
    upload,
    csvFile,
    invoice,
    start,
    declaration,
    act,
    done,
    stateOf,
    stepsOf,
    until,
    balance,
    close: async () => {
      await owner.end();
      await app.close();
    },
  };
}

export function before(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 1 ? `${year - 1}-12-01` : `${year}-${String(number - 1).padStart(2, '0')}-01`;
}

export function yuan(fen: number): string {
  return (fen / 100).toFixed(2);
}

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
