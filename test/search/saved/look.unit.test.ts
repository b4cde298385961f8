import { expect, test } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { readQuery } from '../../../src/search/read-query.ts';
import { look } from '../../../src/search/saved/look.ts';
import { MAX_PAGES, MAX_SEEN } from '../../../src/search/saved/rules.ts';
import { openIndex } from '../index-in-node.ts';
import { NOW, randomFrom, randomPlace } from '../random-places.ts';

const EXAMINED = 950;
const PLACES = 6_000;
const EVERY = 300;
const { row } = randomPlace(randomFrom(5), 0);
const idOf = (published: number) => `prp_${String(published).padStart(26, '0')}`;
/** The greater its number, the newer a place is; one in so many has as many rooms. */
const index = await openIndex(
  Array.from({ length: PLACES }, (_, published) => ({
    ...{ ...row, id: idOf(published), published, bedrooms: published % EVERY === 0 ? 40 : published % 2 },
  })),
);
const ctx = { searchDb: index.db, clock: { now: () => NOW } } as Context;
const rare = readQuery({ bedrooms: 40 });
const fitting = (from: number) =>
  Array.from({ length: PLACES / EVERY }, (_, at) => at * EVERY)
    .filter((published) => published >= from)
    .map(idOf)
    .reverse();

test.each([1, 2, MAX_PAGES])(
  'a look of %i pages finds all that is rare as far as it goes, and says how far',
  async (pages) => {
    index.trips = 0;
    const { found, seen } = await look(ctx, rare, pages);
    const [published, id] = seen.end ?? [];
    expect(published).toBeGreaterThanOrEqual(PLACES - pages * EXAMINED);
    expect(published).toBeLessThan(PLACES - (pages - 1) * EXAMINED);
    expect(id).toBe(idOf(published ?? 0));
    expect(seen.ids).toEqual(fitting(published ?? 0));
    expect(found.map((one) => one.id)).toEqual(seen.ids);
    expect(index.trips).toBeLessThanOrEqual(2 * pages);
  },
);

test('a look goes to the end where it can, and knows that nothing is behind it', async () => {
  const { seen } = await look(ctx, rare, 20);
  expect(seen).toEqual({ ids: fitting(0), end: null });
});

test('a look stops at the most that is remembered', async () => {
  const { seen } = await look(ctx, readQuery({ bedrooms: 1 }), MAX_PAGES);
  expect(seen.ids).toHaveLength(MAX_SEEN);
  expect(seen.end?.[1]).toBe(seen.ids.at(-1));
});

test('whatever order somebody asked for, a look is for the newest', async () => {
  const inOrder = readQuery({ sort: 'price' });
  expect((await look(ctx, inOrder, 1)).seen.ids[0]).toBe(idOf(PLACES - 1));
});
