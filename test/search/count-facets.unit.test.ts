import { expect, test } from 'vitest';
import { FIXED } from '../../src/search/exchange.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import { countFacets } from '../../src/search/search-facets.ts';
import type { LiveRow } from '../../src/search/to-row.ts';
import { openIndex } from './index-in-node.ts';
import { answerSlowly } from './oracle.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';
import { randomQuery } from './random-query.ts';

const random = randomFrom(99);
const places = Array.from({ length: 900 }, (_, at) => randomPlace(random, at));
const index = await openIndex(places.map(({ row }) => row));

test('facets count each kind among what is found, and say when they did not count all', async () => {
  for (let round = 0; round < 40; round++) {
    const asked = readQuery({ ...SearchQuery.parse(randomQuery(random)), sort: 'recommended' });
    const found = new Set(answerSlowly(places, asked, new Map()).map(({ id }) => id));
    const views = places.flatMap(({ view }) => (found.has(view.id) ? [view] : []));
    const types = Object.fromEntries(
      [...new Set(views.map(({ type }) => type))].map((type) => [
        type,
        views.filter((view) => view.type === type).length,
      ]),
    );
    const whole = await countFacets({ db: index.db, asked, nowMs: NOW, exchange: FIXED });
    expect(whole).toMatchObject({ total: views.length, complete: true, types });
    expect(whole.amenities.wifi ?? 0).toBe(
      views.filter(({ amenities }) => amenities.includes('wifi')).length,
    );
  }
});

test('where too many lie in a region, the best are counted, and no more are looked at than for a page', async () => {
  const asked = readQuery({ bbox: '-180,-80,179,80', limit: 20 });
  const limits = { complete: 30, byWords: 15, walkShare: 1.1 };
  const some = await countFacets({ db: index.db, asked, nowMs: NOW, exchange: FIXED, limits });
  expect(some.total).toBeGreaterThan(500);
  expect(some.total).toBeLessThanOrEqual(950);
});

test('facets are complete only where all were counted, however unlike each other places are', async () => {
  const random = randomFrom(12);
  const rows = Array.from({ length: 3_400 }, (_, at) => randomPlace(random, at).row);
  const { cells, near, x, y } = rows.find(({ country }) => country === 'KE') as LiveRow;
  const crowd = await openIndex(
    rows.map((row, at) => ({
      ...row,
      cells,
      near,
      x: x + (at % 50) * 1_000,
      y,
      quality: at % 8 === 0 ? 600_000 : 100_000,
      instant: 0,
      log_price: 18,
    })),
  );
  const bbox = [x - 5e6, y - 5e6, x + 5e6, y + 5e6].map((steps) => (steps / 1e7).toFixed(7)).join(',');
  const facets = await countFacets({
    db: crowd.db,
    asked: readQuery({ bbox }),
    nowMs: NOW,
    exchange: FIXED,
    limits: { complete: 30, walkShare: 1.1 },
  });
  expect(facets.complete).toBe(facets.total === rows.length);
});
