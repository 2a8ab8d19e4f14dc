import { makeCity } from './index.ts';
import { countRows } from './rows.ts';
const t0 = performance.now();
const city = await makeCity({ seed: 1, workers: Number(process.argv[2] ?? 2000), now: '2026-05-20T03:00:00.000Z', masterKey: Buffer.alloc(32, 7), origin: 'gongdun.test', serviceHash: (c) => `hash-${c}` });
const t1 = performance.now();
let rows = 0, cases = 0, actions=0;
for (const b of city.batches()) { rows += countRows(b.rows); cases += b.rows.case_state.length; actions += b.rows.case_action.length; }
console.log({ setup: t1 - t0, make: performance.now() - t1, rows, cases, actions, rider: city.rider, accounts: city.accounts.length, riders: city.riders.length });
