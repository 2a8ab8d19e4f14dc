// `npm run check`: types, lint, format, unused code and the unit tests, in seconds. Neither a database nor a browser.

import { endChildrenOnSignal, finish, quickChecks, runChecks, runVitest, type Tally } from './checks.ts';

const tally: Tally = { passed: 0, failed: 0 };

endChildrenOnSignal();
await runChecks(quickChecks(), tally);
await runVitest(['--project=unit'], {}, tally);
finish(tally);
