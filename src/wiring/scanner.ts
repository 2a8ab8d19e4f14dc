// The virus scanner: clamd where its address is set. The demonstration has a stand-in that knows the one harmless test file that every
// scanner knows, and says on its pages that it is a demonstration.

import { createClamdScanner, eicar } from '#adapters/scanner';
import type { Config } from '#platform/config';
import { refuse } from '#contract/files';
import type { Scanner } from '#modules/files';

export const demonstrationScan: Scanner = async (bytes) => (bytes.includes(eicar) ? 'infected' : 'clean');

/** Outside of a demonstration no file is taken before a real scanner is connected. */
const noScanner: Scanner = async () => {
  throw refuse('files.no_scanner');
};

/** Somebody waits with a phone in his hand; a file that takes longer waits in quarantine instead. */
const soonMs = 4_000;
const laterMs = 60_000;

export function connectScanner(config: Pick<Config, 'demo' | 'ports'>): { scan: Scanner; scanLater: Scanner } {
  const address = config.ports.clamd;
  if (address) {
    return {
      scan: createClamdScanner({ address, timeoutMs: soonMs }),
      scanLater: createClamdScanner({ address, timeoutMs: laterMs }),
    };
  }
  const scan = config.demo ? demonstrationScan : noScanner;
  return { scan, scanLater: scan };
}
