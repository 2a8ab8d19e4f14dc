// The states of a payment and of a batch that the desk filters by and colours. The words on a row come from the server. Pure.

import type { Light } from './words.ts';

export const drafted = 'drafted';

export const payoutStates = [
  { state: drafted, zh: '待付款' },
  { state: 'reserved', zh: '已编批' },
  { state: 'submitted', zh: '已送银行' },
  { state: 'unknown', zh: '结果待查' },
  { state: 'returned', zh: '退票' },
  { state: 'settled', zh: '已到账' },
  { state: 'all', zh: '全部' },
] as const;

const tones: Readonly<Record<string, Light>> = {
  settled: 'green',
  approved: 'green',
  unknown: 'yellow',
  returned: 'red',
  refused: 'red',
  failed: 'red',
};

export function toneOf(state: string): Light | 'plain' {
  return tones[state] ?? 'plain';
}
