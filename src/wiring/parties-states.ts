// Whether each outside party is reached, for the health page: the breakers that its client calls through, one a party.

import { createPartyBreaker } from '#adapters/party';
import type { Breaker } from '#platform/breaker';
import type { Party } from './health-judge.ts';

const partyZh = { payment: '支付平台', bank: '银行', insurer: '保险公司', identity: '实名核验' } as const;
type Code = keyof typeof partyZh;

export function createBreakers(): Readonly<Record<Code, Breaker>> {
  return {
    payment: createPartyBreaker(),
    bank: createPartyBreaker(),
    insurer: createPartyBreaker(),
    identity: createPartyBreaker(),
  };
}

export function partyStates(
  breakers: Readonly<Record<Code, Breaker>>,
  simulators: Readonly<Record<Code, object | null>>,
  unconnected: readonly Code[],
): readonly Party[] {
  const all: readonly Code[] = ['payment', 'bank', 'insurer', 'identity'];
  return all
    .filter((code) => !unconnected.includes(code))
    .map((code) => ({
      code,
      zh: partyZh[code],
      kind: simulators[code] === null ? ('live' as const) : ('simulated' as const),
      state: breakers[code].state(),
    }));
}
