// Pure: finding a Chinese name by the initials of its sounds (hlqz for 湖里区总…), as clerks type. The order of sounds is the
// platform's own (Unicode collation); characters with two readings that names of places and offices use are listed here.

const order = new Intl.Collator('zh-u-co-pinyin');
/** The first character, in the order of sounds, of each letter that begins one. */
const firsts = Array.from('阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥仨他屲夕丫帀');
const letters = 'abcdefghjklmnopqrstwxyz';
/** The reading that the order does not take: 厦门, 重庆, 银行, 长乐, 工会 …, 番禺, 单县. */
const otherReadings: Readonly<Record<string, string>> = {
  厦: 'x',
  重: 'c',
  行: 'h',
  长: 'c',
  番: 'p',
  单: 's',
  乐: 'y',
};

const known = new Map<string, string>();

/** Every letter that may begin the character's sound; a letter or digit stands for itself. */
function readingsOf(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  let found = character;
  if (/\p{Script=Han}/u.test(character)) {
    found = '';
    for (const [index, first] of firsts.entries()) {
      if (order.compare(first, character) > 0) break;
      found = letters[index] ?? '';
    }
    found += otherReadings[character] ?? '';
  }
  known.set(character, found);
  return found;
}

/** The readings of a name, brackets and the like left out. */
export function initialsOf(name: string): readonly string[] {
  return Array.from(name.normalize('NFKC').toLowerCase())
    .filter((one) => /[\p{L}\p{N}]/u.test(one))
    .map(readingsOf);
}

/** Whether the letters typed begin the sounds of characters that follow each other in the name. */
export function hasInitials(initials: readonly string[], typed: string): boolean {
  for (let start = 0; start + typed.length <= initials.length; start += 1) {
    let at = 0;
    while (at < typed.length && initials[start + at]?.includes(typed[at] ?? ' ')) at += 1;
    if (at === typed.length) return true;
  }
  return false;
}
