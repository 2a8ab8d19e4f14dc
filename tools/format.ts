// Formats the whole repository; arguments go to oxfmt, so that `npm run format -- src/platform` formats a part.

import { runProgram } from './checks.ts';

process.exitCode = runProgram('oxfmt', process.argv.slice(2));
