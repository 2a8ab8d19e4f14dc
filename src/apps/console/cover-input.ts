// Checks an ID number before it is sent, by the same rule as the server (GB 11643). Pure.

import { parseField } from '#catalog/fields/index';

export function checkIdNumber(text: string, today: string): string | undefined {
  const parsed = parseField({ kind: 'id_number', required: true, zh: '身份证号' }, text, { today });
  return parsed.ok ? undefined : parsed.problems[0]?.zh;
}
