import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type Described, qualityOf, scoreSql, WEIGHTS, WHOLE_SCORE } from '../../src/search/score.ts';

const BARE: Described = {
  rating: { average: null, count: 0 },
  images: 0,
  descriptionLength: 0,
  amenities: 0,
  responseRate: 0,
};
const FULL: Described = {
  rating: { average: 5, count: 1_000_000 },
  images: 8,
  descriptionLength: 400,
  amenities: 12,
  responseRate: 1,
};

test('the weights are those of the documentation, and whole together', () => {
  expect(WEIGHTS).toEqual({ rating: 0.45, completeness: 0.2, response: 0.1, price: 0.15, instant: 0.1 });
  expect(Object.values<number>(WEIGHTS).reduce((sum, weight) => sum + weight)).toBeCloseTo(1);
});

test.each([
  ['nothing but the mean of ratings', BARE, 0.45 * 0.75],
  ['everything', FULL, 0.75],
  ['more than everything', { ...FULL, images: 100, amenities: 70 }, 0.75],
  [
    'one perfect review, which counts for a ninth',
    { ...BARE, rating: { average: 5, count: 1 } },
    (0.45 * (41 / 9 - 3)) / 2,
  ],
  ['a hundred bad ones', { ...BARE, rating: { average: 3, count: 100 } }, (0.45 * (336 / 108 - 3)) / 2],
  ['half of the pictures', { ...BARE, images: 4 }, 0.45 * 0.75 + 0.2 / 6],
  ['messages that nobody has counted', { ...BARE, responseRate: null }, 0.45 * 0.75 + 0.05],
])('quality with %s', (_, described, expected) => {
  expect(qualityOf(described)).toBeCloseTo(expected * WHOLE_SCORE, -1);
});

test.each([
  ['the price that is usual there', 100, 100, 0, 0.075],
  ['half of it', 100, 50, 0, 0.15],
  ['a bit less', 100, 90, 0, 0.15 * (0.5 + Math.log(100 / 90))],
  ['twice as much', 100, 200, 0, 0],
  ['no neighbours', null, 100, 0, 0.075],
  ['the usual price, at once', 100, 100, 1, 0.175],
])('on top comes, for %s, what the documentation says', (_, usual, price, instant, expected) => {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE tally (key TEXT, n INTEGER, p REAL)');
  if (usual !== null) db.prepare('INSERT INTO tally VALUES (?, 4, ?)').run('here', 4 * Math.log(usual));
  const sql = `SELECT ${scoreSql('0', '?1', '?2', "'here'", 'NULL')} AS score`;
  const { score } = db.prepare(sql).get(instant, Math.log(price)) as { score: number };
  expect(score).toBeCloseTo(expected * WHOLE_SCORE, -1);
});

test('what a place itself asks is not what is usual there', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE tally (key TEXT, n INTEGER, p REAL)');
  db.prepare('INSERT INTO tally VALUES (?, 3, ?)').run('here', 2 * Math.log(100) + Math.log(150));
  db.prepare('INSERT INTO tally VALUES (?, 1, ?)').run('alone', Math.log(150));
  const scoreIn = (near: string) =>
    db.prepare(`SELECT ${scoreSql('0', '0', '?1', `'${near}'`, '?1')} AS score`).get(Math.log(150)) as object;
  expect(scoreIn('here')).toEqual({
    score: Math.round(0.15 * (0.5 - Math.log(150 / 100)) * WHOLE_SCORE),
  });
  expect(scoreIn('alone')).toEqual({ score: 75_000 });
});
