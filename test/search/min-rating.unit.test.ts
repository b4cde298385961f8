import { expect, test } from 'vitest';
import { FIXED } from '../../src/search/exchange.ts';
import { findPage } from '../../src/search/find-page.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { starsOf } from '../../src/search/to-row.ts';
import { openIndex } from './index-in-node.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';

const { row } = randomPlace(randomFrom(8), 1);
const RATINGS = [null, ...Array.from({ length: 401 }, (_, at) => (100 + at) / 100)];
const index = await openIndex(
  RATINGS.map((average, at) => ({
    ...row,
    id: `${row.id}${1_000 + at}`,
    stars: starsOf(average, 3, row.quality),
    card: JSON.stringify({ average }),
  })),
);

async function ratingsFrom(minRating: number) {
  const asked = readQuery({ minRating, bbox: '-180,-89,180,90' });
  const { found } = await findPage(
    { db: index.db, asked, nowMs: NOW, exchange: FIXED },
    { limit: 500, position: undefined },
  );
  return found.map(({ card }) => JSON.parse(card).average).sort();
}

test('the least rating that is asked for is the least that is found, to the last digit', async () => {
  for (const least of [0.001, 0.004, 1, 4.1, 4.25, 4.251, 4.254, 4.256, 4.35, 4.995, 4.9999999, 5])
    expect(await ratingsFrom(least), String(least)).toEqual(
      RATINGS.filter((average) => average !== null && average >= least),
    );
  for (const rating of RATINGS) if (rating) expect(Math.min(...(await ratingsFrom(rating)))).toBe(rating);
});
