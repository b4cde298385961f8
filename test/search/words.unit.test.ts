import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { wordsIn } from '../../src/search/words.ts';

/** Letters of which SQLite knows the code point as something else: signs that became letters, or the other way. */
const RESTATED = /[\u19b0-\u19c9\u1cf2-\u1cf6]/u;

test('every letter and digit there is is the same word here and to FTS5, or the words of a query would be counted as none', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE VIRTUAL TABLE text USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE term USING fts5vocab(text, row)`);
  const words = new Set<string>();
  for (let code = 0x30; code < 0x110000; code++)
    if (code < 0xd800 || code > 0xdfff)
      for (const word of wordsIn(String.fromCodePoint(code))) if (!RESTATED.test(word)) words.add(word);
  expect(words.size).toBeGreaterThan(100_000);
  db.prepare('INSERT INTO text SELECT value FROM json_each(?)').run(JSON.stringify([...words]));
  const terms = new Set(
    db
      .prepare('SELECT term FROM term')
      .all()
      .map(({ term }) => term),
  );
  expect([...words].filter((word) => !terms.has(word))).toEqual([]);
  expect(terms.size).toBe(words.size);
});

test('a word of Greek begins another, whatever its end was written like', () => {
  expect(wordsIn('ΠΆΡΟΣ Πάρος παροσ')).toEqual(['παροσ']);
});
