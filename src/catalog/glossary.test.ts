// The glossary itself: one meaning a term, and enough of them.

import { expect, it } from 'vitest';
import { glossary, unknownWords } from './glossary.ts';

it('holds at least 150 terms, each once, each in Chinese with a source', () => {
  expect(glossary.length).toBeGreaterThanOrEqual(150);
  expect(new Set(glossary.map((one) => one.term)).size).toBe(glossary.length);
  for (const { term, zh, source } of glossary) {
    expect(term).toMatch(/^[a-z][a-zA-Z]*$/);
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(source).not.toBe('');
  }
});

it('never says that a term is not itself', () => {
  for (const { term, not } of glossary) expect(not ?? []).not.toContain(term);
});

it('splits names in every case, and knows plurals', () => {
  expect(unknownWords('case_action')).toEqual([]);
  expect(unknownWords('policies')).toEqual([]);
  expect(unknownWords('claimWizard-potion')).toEqual(['wizard', 'potion']);
});
