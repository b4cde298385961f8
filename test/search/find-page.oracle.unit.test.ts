import { expect, test } from 'vitest';
import { FIXED } from '../../src/search/exchange.ts';
import { findPage } from '../../src/search/find-page.ts';
import { type Asked, readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import { openIndex } from './index-in-node.ts';
import { answerSlowly } from './oracle.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';
import { randomQuery } from './random-query.ts';

const PLACES = 2_000;
const QUERIES = Number(process.env.SEARCHES ?? 160);
const WINDOW = 800;
const PATIENCE_MS = 60_000 + QUERIES * 300;

const random = randomFrom(20_270_310);
const places = Array.from({ length: PLACES }, (_, at) => randomPlace(random, at));
const index = await openIndex(places.map(({ row }) => row));
const { results } = await index.db
  .prepare('SELECT id, score, quality, price FROM listing')
  .all<{ id: string; score: number; quality: number; price: number }>();
const marks = new Map(results.map((row) => [row.id, row]));
const plainPrices = new Map(results.map(({ id, price }) => [id, price]));

/** As it is, and as if the catalogue were much larger than what one page may look at. */
const SCALES = [
  { scale: 'of its size', limits: undefined, plans: ['city', 'place', 'walk', 'words'] },
  {
    scale: 'that is too large for all but a part of it',
    limits: { complete: 30, walkShare: 1.1 },
    plans: ['city', 'place', 'slice', 'walk', 'words'],
  },
];

test.each(SCALES)(
  'in a catalogue $scale search finds what looking at every place finds, in that order, on pages that neither repeat nor skip',
  { timeout: PATIENCE_MS },
  async ({ limits, plans }) => {
    const used = new Set<string>();
    for (let at = 0; at < QUERIES / SCALES.length; at++) {
      const query = randomQuery(random);
      const asked = readQuery(SearchQuery.parse(query));
      const limit = random.of([7, 20, 100]);
      const found: string[] = [];
      const slow = answerSlowly(places, asked, marks);
      const totals = new Map(slow.map(({ id, key }) => [id, key]));
      let position: Parameters<typeof findPage>[1]['position'];
      let plan = '';
      let pages = 0;
      do {
        index.trips = 0;
        const ask = { db: index.db, asked, nowMs: NOW, exchange: FIXED, ...(limits && { limits }) };
        const page = await findPage(ask, { limit, position });
        expect(index.trips).toBeLessThanOrEqual(2);
        expect(page.found.length).toBeLessThanOrEqual(limit);
        found.push(...page.found.map(({ id }) => id));
        position = page.next ?? undefined;
        plan ||= page.plan.name;
      } while (position !== undefined && ++pages < PLACES);
      used.add(plan);

      const isByTotal = asked.stay !== null && asked.sort.endsWith('price');
      const isInSlices = isByTotal && plan === 'slice';
      const isWindowed = isByTotal && plan === 'walk';
      const expected = isWindowed ? inWindows(slow, asked) : slow;
      const ids = expected.map(({ id }) => id);
      if (isInSlices) {
        expect(found.toSorted(), JSON.stringify({ query, plan })).toEqual(ids.toSorted());
        const way = asked.sort === 'price' ? 1 : -1;
        expect(turnsIn(found.map((id) => way * (totals.get(id) ?? 0)))).toBeLessThan(found.length / 3 + 2);
      } else expect(found, JSON.stringify({ query, plan })).toEqual(ids);
    }
    expect([...used]).toEqual(expect.arrayContaining(plans));
  },
);

/** How often a row of numbers goes back. */
const turnsIn = (numbers: readonly number[]) =>
  numbers.filter((one, at) => one < (numbers[at - 1] ?? one)).length;

/** By total within each stretch of the order of plain prices, of the town's or the country's where one is named. */
function inWindows(answers: ReturnType<typeof answerSlowly>, { sort, city, country }: Asked) {
  const way = sort === '-price' ? -1 : 1;
  const order = places
    .filter(({ row }) => (city === null ? country === null || row.country === country : row.city === city))
    .map(({ row: { id } }) => [plainPrices.get(id) ?? 0, id] as const)
    .sort(([a, x], [b, y]) => way * (a - b || (x < y ? -1 : 1)));
  const windowOf = new Map(order.map(([, id], at) => [id, Math.floor(at / WINDOW)]));
  return answers.toSorted((a, b) => (windowOf.get(a.id) ?? 0) - (windowOf.get(b.id) ?? 0));
}
