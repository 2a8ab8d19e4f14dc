// Text on its ground at 4.5 : 1 or more in both palettes (WCAG 2.2, 1.4.3).

import { expect, test } from 'vitest';
import { palettes, type Palette } from './palette.ts';

const pairs: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ['ink', 'ground'],
  ['ink', 'panel'],
  ['ink', 'raised'],
  ['ink', 'accentWash'],
  ['soft', 'ground'],
  ['soft', 'panel'],
  ['soft', 'raised'],
  ['soft', 'accentWash'],
  ['link', 'ground'],
  ['link', 'panel'],
  ['link', 'accentWash'],
  ['onAccent', 'accent'],
  ['onAccent', 'accentDeep'],
  ['red', 'panel'],
  ['red', 'redWash'],
  ['yellow', 'panel'],
  ['yellow', 'yellowWash'],
  ['green', 'panel'],
  ['green', 'greenWash'],
  ['onBar', 'bar'],
];

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

test('black on white is 21', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
});

test.each((['light', 'dark'] as const).flatMap((mode) => pairs.map(([text, ground]) => ({ mode, text, ground }))))(
  '$mode: $text on $ground',
  ({ mode, text, ground }) => {
    expect(contrast(palettes[mode][text], palettes[mode][ground])).toBeGreaterThanOrEqual(4.5);
  },
);
