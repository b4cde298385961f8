import { expect, test } from 'vitest';
import type { Position } from '../../src/kernel/page.ts';
import { FIXED } from '../../src/search/exchange.ts';
import { findPage } from '../../src/search/find-page.ts';
import { MAX_EXAMINED } from '../../src/search/plan.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import type { LiveRow } from '../../src/search/to-row.ts';
import { openIndex } from './index-in-node.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';

const CROWD = 1_100;
const OTHERS = 300;
const LIMIT = 50;
/** As if it lay in the midst of millions. */
const SMALL = { complete: 30, walkShare: 1.1 };

const random = randomFrom(5);
const rows = Array.from({ length: CROWD + OTHERS }, (_, at) => randomPlace(random, at).row);
const [model] = rows as [LiveRow];
const around = ({ x, y }: LiveRow) =>
  [x - 5e6, y - 5e6, x + 5e6, y + 5e6].map((steps) => (steps / 1e7).toFixed(7)).join(',');

/** All of it, page by page, and what the dearest page cost. */
async function walkAll(places: readonly LiveRow[], query: Record<string, string>) {
  const index = await openIndex(places);
  const asked = readQuery(SearchQuery.parse(query));
  const found: string[] = [];
  let position: Position | undefined;
  const dearest = { trips: 0, examined: 0 };
  const plans = new Set<string>();
  do {
    index.trips = 0;
    const page = await findPage(
      { db: index.db, asked, nowMs: NOW, exchange: FIXED, limits: SMALL },
      { limit: LIMIT, position },
    );
    found.push(...page.found.map(({ id }) => id));
    plans.add(page.plan.name);
    dearest.trips = Math.max(dearest.trips, index.trips);
    dearest.examined = Math.max(dearest.examined, page.examined);
    position = page.next ?? undefined;
  } while (position);
  return { found, dearest, plans: [...plans].sort() };
}

const idsBy = (places: readonly LiveRow[], key: (row: LiveRow) => number) =>
  places.toSorted((a, b) => key(a) - key(b) || (a.id < b.id ? -1 : 1)).map(({ id }) => id);

test.each(['price', '-price'])(
  'more places of one price than a page may look at are met once each, in two trips a page (%s)',
  async (sort) => {
    const { cells, near, x, y } = model;
    const places = rows.map((row, at) => ({
      ...row,
      ...{ cells, near, x: x + (at % 50) * 1_000, y },
      ...(at < CROWD && { price: 100_000_000, log_price: Math.log(100_000_000) }),
    }));
    const { found, dearest, plans } = await walkAll(places, { bbox: around(model), sort });
    const expected = idsBy(places, ({ price }) => price);
    expect(found).toEqual(sort === 'price' ? expected : expected.reverse());
    expect(plans).toEqual(['slice', 'walk']);
    expect(dearest.trips).toBe(2);
    expect(dearest.examined).toBeLessThanOrEqual(MAX_EXAMINED);
  },
);

test('places without a rating are no crowd: the better described come first', async () => {
  const { cells, near, x, y } = model;
  const places = rows.map((row, at) => ({
    ...row,
    ...{ cells, near, x: x + (at % 50) * 1_000, y, stars: at < CROWD ? row.quality : row.stars },
  }));
  const { found, dearest, plans } = await walkAll(places, { bbox: around(model), sort: 'rating' });
  expect(found).toEqual(idsBy(places, ({ stars }) => stars).reverse());
  expect(plans).toEqual(['slice']);
  expect(dearest.trips).toBe(2);
  expect(dearest.examined).toBeLessThanOrEqual(MAX_EXAMINED);
});

test('a tower full of places, and what lies around it, is met from the nearest on, in two trips a page', async () => {
  const places = rows.map((row, at) => {
    const { cells, near, x, y, ux, uy, uz } = rows[at < CROWD ? 0 : at] ?? model;
    return { ...row, cells, near, x, y, ux, uy, uz };
  });
  const [lat, lng] = [model.y / 1e7 + 0.01, model.x / 1e7];
  const near = `${lat.toFixed(7)},${lng.toFixed(7)}`;
  const { found, dearest } = await walkAll(places, { near, radiusKm: '20000', sort: 'distance' });
  expect(found.slice(0, 5)).toEqual(found.slice(0, 5).sort());
  expect(new Set(found).size).toBe(found.length);
  expect(found.toSorted()).toEqual(places.map(({ id }) => id).sort());
  expect(dearest.trips).toBe(2);
});
