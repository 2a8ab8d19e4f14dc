// The states of a payment and of a batch that the desk filters by and colours. The words on a row come from the server. Pure.

import type { Light } from './words.ts';

export const drafted = 'drafted';

export const payoutStates = [
  { state: drafted, zh: '待组批' },
  { state: 'batched', zh: '已组批' },
  { state: 'submitted', zh: '银行处理中' },
  { state: 'unknown', zh: '结果待查' },
  { state: 'returned', zh: '银行退回' },
  { state: 'failed', zh: '支付失败' },
  { state: 'settled', zh: '已到账' },
  { state: 'all', zh: '全部' },
] as const;

const tones: Readonly<Record<string, Light>> = {
  settled: 'green',
  approved: 'green',
  done: 'green',
  unknown: 'yellow',
  returned: 'red',
  failed: 'red',
  voided: 'red',
};

export function toneOf(state: string): Light | 'plain' {
  return tones[state] ?? 'plain';
}
