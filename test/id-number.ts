// The check character of GB 11643, written a second time so that the test does not trust what it tests.

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Of the first 17 digits. */
export function idNumberChecksum(digits: string): string {
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  return '10X98765432'[sum % 11] ?? '';
}
