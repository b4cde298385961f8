import { expect, test } from 'vitest';
import { findPage } from '../../src/search/find-page.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import { openIndex } from './index-in-node.ts';
import { answerSlowly } from './oracle.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';
import { randomQuery } from './random-query.ts';

const PLACES = 2_000;
const QUERIES = Number(process.env.SEARCHES ?? 250);
const WINDOW = 800;
const PATIENCE_MS = 60_000 + QUERIES * 300;

const random = randomFrom(20_270_310);
const places = Array.from({ length: PLACES }, (_, at) => randomPlace(random, at));
const index = await openIndex(places.map(({ row }) => row));
const { results } = await index.db
  .prepare('SELECT id, score, price FROM listing')
  .all<{ id: string; score: number; price: number }>();
const scores = new Map(results.map(({ id, score }) => [id, score]));
const plainPrices = new Map(results.map(({ id, price }) => [id, price]));

test('search finds what looking at every place finds, in that order, on pages that neither repeat nor skip', {
  timeout: PATIENCE_MS,
}, async () => {
  const plans = new Map<string, number>();
  for (let at = 0; at < QUERIES; at++) {
    const query = randomQuery(random);
    const asked = readQuery(SearchQuery.parse(query));
    const limit = random.of([7, 20, 100]);
    const found: string[] = [];
    let position: Parameters<typeof findPage>[1]['position'];
    let plan = '';
    let pages = 0;
    do {
      index.trips = 0;
      const page = await findPage({ db: index.db, asked, nowMs: NOW }, { limit, position });
      expect(index.trips).toBeLessThanOrEqual(2);
      expect(page.found.length).toBeLessThanOrEqual(limit);
      found.push(...page.found.map(({ id }) => id));
      position = page.next ?? undefined;
      plan ||= page.plan.name;
    } while (position !== undefined && ++pages < PLACES);
    plans.set(plan, (plans.get(plan) ?? 0) + 1);

    const slow = answerSlowly(places, asked, scores);
    const isWindowed = plan === 'walk' && asked.stay !== null && asked.sort.endsWith('price');
    const expected = (isWindowed ? inWindows(slow, asked.sort === '-price') : slow).map(({ id }) => id);
    expect(found, JSON.stringify({ query, plan })).toEqual(expected);
  }
  expect([...plans.keys()].sort()).toEqual(['city', 'country', 'place', 'walk', 'words']);
});

/** By total within each stretch of the order of plain prices. */
function inWindows(answers: ReturnType<typeof answerSlowly>, down: boolean) {
  const way = down ? -1 : 1;
  const order = [...plainPrices]
    .sort(([a, x], [b, y]) => way * (x - y || (a < b ? -1 : 1)))
    .map(([id]) => id);
  const windowOf = new Map(order.map((id, at) => [id, Math.floor(at / WINDOW)]));
  return answers.toSorted((a, b) => (windowOf.get(a.id) ?? 0) - (windowOf.get(b.id) ?? 0));
}
