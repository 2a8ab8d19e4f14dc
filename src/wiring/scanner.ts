// The demonstration's stand-in for a virus scanner: it knows the one harmless test file that every scanner knows. A real
// installation connects clamd; this one says on its pages that it is a demonstration.

import { refuse } from '#contract/files';
import type { Scanner } from '#modules/files';

/** The EICAR test string in two halves, so that no scanner takes this source for it. */
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

export const demonstrationScan: Scanner = async (bytes) => (bytes.includes(eicar) ? 'infected' : 'clean');

/** Outside of a demonstration no file is taken before a real scanner is connected. */
export const noScanner: Scanner = async () => {
  throw refuse('files.no_scanner');
};
