// The lists and the reconciliation of a day on tables of some size: PostgreSQL's own plan says that each reads an index of the
// migrations and sorts nothing.

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '#test/database';
import { listRefundsOf } from './ledger-store.ts';
import { listPaidBetween, listRefusedEvents } from './payment-store.ts';
import { listBatches, listPayouts } from './payout-store.ts';
import { listSettledBetween } from './reconcile-store.ts';

let database: TestDatabase;
let owner: pg.Client;
const rows = 20_000;
const at = `timestamptz '2026-01-01' + n * interval '10 minutes'`;

beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`
    set gongdun.grants = '{*}';
    insert into org (org_id, code, name, kind, region) values (gen_random_uuid(), 'X', 'X', 'insurer', '350200');
    insert into staff (staff_id, login, name, org_id, password_hash, totp_secret_sealed) select gen_random_uuid(), 'x', 'x', org_id, 'x', '' from org;
    insert into log_leaf (leaf_id, entry) values (gen_random_uuid(), '');
    insert into account (account_id, name, kind) values ('a', 'a', 'fund'), ('b', 'b', 'fund');
    insert into payout (payout_id, reference, case_id, person_id, step, purpose, payee_name_sealed, card_sealed, card_tail, amount_fen, org_id,
        state, created_at, settled_at, readers)
      select gen_random_uuid(), n, gen_random_uuid(), gen_random_uuid(), 'pay', '', '', '', '', 1, org_id, 'settled', ${at}, ${at}, '{*}'
      from org, generate_series(1, ${rows}) n;
    insert into payout_batch (batch_id, batch_no, org_id, maker_id, line_count, total_fen, lines_hash, state, made_at, readers, leaf_id)
      select gen_random_uuid(), n, org_id, staff_id, 1, 1, '', 'done', ${at}, '{*}', leaf_id from staff, log_leaf, generate_series(1, ${rows}) n;
    insert into payment_order (order_no, case_id, person_id, amount_fen, description, state, expires_at, paid_at, created_at, readers)
      select n, gen_random_uuid(), gen_random_uuid(), 1, '', 'paid', ${at}, ${at}, ${at}, '{*}' from generate_series(1, ${rows}) n;
    insert into payment_event (event_key, order_no, kind, body, at)
      select n, n, case when n % 10 = 0 then 'paid_differs' else 'paid' end, '{}', ${at} from generate_series(1, ${rows}) n;
    insert into transfer (transfer_id, idem, request_hash, debit, credit, amount_fen, code, state, at, leaf_id)
      select gen_random_uuid(), 'refund:' || n || ':R1', '', 'a', 'b', 1, 'refund', 'posted', ${at}, leaf_id
      from log_leaf, generate_series(1, ${rows}) n;
    analyze payout, payout_batch, payment_order, payment_event, transfer;
    set plan_cache_mode = force_generic_plan`);
});
afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

const day = [`'2026-03-01'`, `'2026-03-02'`];
const page = [`'2026-03-01'`, `'00000000-0000-0000-0000-000000000000'`, '21'];

it.each([
  [listPayouts, [`'{settled}'`, ...page], 'payout_list_idx'],
  [listBatches, page, 'payout_batch_list_idx'],
  [listSettledBetween, day, 'payout_settled_idx'],
  [listPaidBetween, day, 'payment_order_paid_idx'],
  [listRefusedEvents, day, 'payment_event_refused_idx'],
  [listRefundsOf, [`'77'`], 'transfer_refund_idx'],
])('$name', async ({ name, text }, values, index) => {
  const as = name.replaceAll('.', '_');
  await owner.query(`prepare ${as} as ${text}`);
  const plan = await owner.query<{ 'QUERY PLAN': string }>(`explain execute ${as} (${values.join(', ')})`);
  const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(lines).toContain(index);
  expect(lines).toContain('Index Cond');
  expect(lines).not.toMatch(/Seq Scan on (payout|payment)/);
});
