// `npm test`: all checks, then all tests; the last line is `N passed, N failed`. `--long` adds the heavy matrices. Any other
// argument is a filter for Vitest, and then only those tests run.

import { endChildrenOnSignal, finish, quickChecks, runChecks, runVitest, slowChecks, type Tally } from './checks.ts';

const filters = process.argv.slice(2).filter((argument) => argument !== '--long');
const env = process.argv.includes('--long') ? { LONG: '1' } : {};
const tally: Tally = { passed: 0, failed: 0 };

endChildrenOnSignal();
if (filters.length === 0) await runChecks([...quickChecks(), ...slowChecks()], tally);
await runVitest(filters, env, tally);
finish(tally);
