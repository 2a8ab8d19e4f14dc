// Pure parts of SMPP 3.4: how a Chinese text is cut into parts that fit, and what a delivery receipt says.
// UCS-2 always: our sender's sign is Chinese, so the 7-bit alphabet never fits.

/** 140 bytes: 70 characters, or 67 when six bytes say which part of what it is. */
const SINGLE_UNITS = 70;
const PART_UNITS = 67;
/** One byte counts the parts; far less is sensible. */
export const PARTS_MAX = 10;

/** Parts of at most 67 UTF-16 units, or one of 70; a pair of surrogates is never torn. Undefined when it is too long. */
export function splitUcs2(text: string): readonly string[] | undefined {
  if (text.length <= SINGLE_UNITS) return [text];
  const parts: string[] = [];
  let rest = text;
  while (rest.length > 0) {
    let cut = Math.min(PART_UNITS, rest.length);
    if (cut < rest.length && /[\uD800-\uDBFF]/.test(rest.charAt(cut - 1))) cut -= 1;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return parts.length > PARTS_MAX ? undefined : parts;
}

export function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** User data header: length 5, element 0 (concatenation), its length 3, reference, total, which. */
export function concatenationHeader(reference: number, total: number, part: number): Buffer {
  return Buffer.from([5, 0, 3, reference & 0xff, total, part]);
}

const FINAL_STATES: Readonly<Record<string, 'delivered' | 'failed'>> = {
  DELIVRD: 'delivered',
  EXPIRED: 'failed',
  DELETED: 'failed',
  UNDELIV: 'failed',
  REJECTD: 'failed',
};
/** message_state of SMPP 3.4, 5.2.28. */
const STATE_NAMES: Readonly<Record<number, string>> = {
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  8: 'REJECTD',
};

export type ReceiptFields = {
  readonly text: string;
  readonly receiptedId: string | undefined;
  readonly messageState: number | undefined;
};

/** Null for what is no final word: on its way, accepted, unknown, or not a receipt. */
export function readSmppReceipt(
  fields: ReceiptFields,
): { readonly providerId: string; readonly state: 'delivered' | 'failed'; readonly code: string } | null {
  const said = (name: string): string | undefined => new RegExp(`(?:^|\\s)${name}:(\\S+)`, 'i').exec(fields.text)?.[1];
  // The fields of the protocol go before the text, which only follows a custom.
  const providerId = fields.receiptedId?.replace(/\0+$/, '') || said('id');
  const name = (fields.messageState === undefined ? undefined : STATE_NAMES[fields.messageState]) ?? said('stat');
  const state = FINAL_STATES[name?.toUpperCase() ?? ''];
  if (!providerId || providerId.length > 100 || !state) return null;
  const error = said('err');
  return { providerId, state, code: [name, error].filter(Boolean).join(' ').slice(0, 100) };
}
