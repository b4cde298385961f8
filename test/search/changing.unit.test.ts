import { expect, test } from 'vitest';
import type { Position } from '../../src/kernel/page.ts';
import { FIXED } from '../../src/search/exchange.ts';
import { findPage } from '../../src/search/find-page.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import { writeLive, writeSold } from '../../src/search/write-index.ts';
import { openIndex } from './index-in-node.ts';
import { answerSlowly } from './oracle.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';
import { randomQuery } from './random-query.ts';

const PLACES = 1_500;
const QUERIES = Number(process.env.SEARCHES ?? 50);
const CHANGES = 12;
/** As the catalogue grows and shrinks, the plan changes between two pages. */
const SIZES = [
  { complete: 800, walkShare: 0.1 },
  { complete: 200, walkShare: 1.1 },
  { complete: 30, walkShare: 1.1 },
  { complete: 30, walkShare: 0 },
];

const random = randomFrom(Number(process.env.SEED ?? 2_027));
const places = Array.from({ length: PLACES }, (_, at) => randomPlace(random, at));
const spare = Array.from({ length: PLACES }, (_, at) => randomPlace(random, PLACES + at).row);
const rows = new Map(places.map(({ row }) => [row.id, row]));

test('whatever is booked, published, unpublished or repriced between pages, and whatever plan they have, what stays is met once', {
  timeout: 600_000,
}, async () => {
  const { db } = await openIndex([...rows.values()]);
  const marksOf = async () => {
    const { results } = await db
      .prepare('SELECT id, score, quality FROM listing')
      .all<{ id: string; score: number; quality: number }>();
    return new Map(results.map((row) => [row.id, row]));
  };
  for (let at = 0; at < QUERIES; at++) {
    const query = randomQuery(random);
    const asked = readQuery(SearchQuery.parse(query));
    const limit = random.of([3, 7, 20]);
    const marks = await marksOf();
    const expected = answerSlowly(places, asked, marks).map(({ id }) => id);
    const touched = new Map<string, (typeof spare)[number]>();
    const found: string[] = [];
    const plans: string[] = [];
    let position: Position | undefined;
    let pages = 0;
    do {
      const limits = random.of(SIZES);
      const page = await findPage({ db, asked, nowMs: NOW, exchange: FIXED, limits }, { limit, position });
      found.push(...page.found.map(({ id }) => id));
      plans.push(`${page.plan.name}:${page.next?.[0] ?? ''}`);
      position = page.next ?? undefined;
      if (touched.size < 150)
        for (let change = 0; change < CHANGES; change++) {
          const row = random.of(random() < 0.3 ? spare : [...rows.values()]);
          const version = 2 + pages + at * 10_000;
          const price = random.int(1_000_000, 900_000_000);
          touched.set(row.id, row);
          const does = random.int(0, 2);
          if (does === 0) await writeSold(db, [], [{ id: row.id, epoch: 1, version }]);
          if (does === 1) await writeSold(db, [{ ...row, version, taken: '1'.repeat(700) }], []);
          if (does === 2)
            await writeLive(db, [{ ...row, version, as_of: version, price, log_price: Math.log(price) }]);
        }
    } while (position !== undefined && ++pages < 5_000);
    const said = JSON.stringify({ query, limit, plans: plans.slice(0, 60) });
    expect(pages, said).toBeLessThan(5_000);
    const after = await marksOf();
    const still = (id: string) => !touched.has(id) && after.get(id)?.score === marks.get(id)?.score;
    const kept = found.filter(still);
    expect(new Set(kept).size, `repeats ${said}`).toBe(kept.length);
    const wanted = expected.filter(still);
    expect(kept.toSorted(), said).toEqual(wanted.toSorted());
    if (asked.stay === null || !asked.sort.endsWith('price')) expect(kept, said).toEqual(wanted);
    // As it was.
    const version = (at + 1) * 10_000;
    await db.prepare('UPDATE listing SET as_of = 0').run();
    const back = [...touched.keys()].flatMap((id) => rows.get(id) ?? []);
    await writeLive(
      db,
      back.map((row) => ({ ...row, version })),
    );
    const gone = [...touched.keys()].filter((id) => !rows.has(id)).map((id) => ({ id, epoch: 1, version }));
    await writeSold(db, [], gone);
  }
});
