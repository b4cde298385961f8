import { expect, test } from 'vitest';
import type { LiveRow } from '../../src/search/to-row.ts';
import { dropOthers, writeLive, writeSold } from '../../src/search/write-index.ts';
import { openIndex } from './index-in-node.ts';
import { randomFrom, randomPlace } from './random-places.ts';

// biome-ignore lint/suspicious/noExplicitAny: what the database says
type Json = any;
const random = randomFrom(31);
const PLACES = 40;
const STEPS = 150;

/** The columns that the tree has beside its own. */
const BESIDE =
  'id ux uy uz city country words type amenities guests bedrooms beds bathrooms pets instant policy currency nightly min_nights max_nights notice_days window_days arrive leave taken_from taken price score stars published card sale';

async function open(rows: readonly LiveRow[] = []) {
  const { db } = await openIndex(rows);
  const all = async (sql: string): Promise<Json[]> => (await db.prepare(sql).all<Json>()).results;
  return { db, all };
}

/** Throws where what is kept beside `listing` does not say the same. */
async function compare({ all }: Awaited<ReturnType<typeof open>>) {
  const columns = BESIDE.split(' ').join(', ');
  const live = await all(`SELECT n, x, x AS x1, y, y AS y1, score AS s0, stars AS r0, ${columns}
    FROM listing WHERE live = 1 ORDER BY n`);
  const tree = await all(`SELECT k AS n, x0 AS x, x1, y0 AS y, y1, s0, r0, ${columns} FROM place ORDER BY k`);
  expect(tree).toEqual(live);
  const logs = await all(
    'SELECT l.log_price AS log, p.p0 FROM listing l JOIN place p ON p.k = l.n WHERE live = 1',
  );
  for (const { log, p0 } of logs) expect(p0).toBe(Math.trunc(log * 40_000_000));

  await all(`INSERT INTO listing_text (listing_text) VALUES ('integrity-check')`);
  const terms = await all('SELECT term, doc FROM term_place ORDER BY term, doc');
  const words = live.flatMap(({ n, words }) =>
    words
      .trim()
      .split(' ')
      .map((term: string) => `${term} ${n}`),
  );
  expect(terms.map(({ term, doc }) => `${term} ${doc}`).sort()).toEqual(words.sort());

  const sums = new Map<string, number[]>();
  for (const { cells, log_price: p, score, stars } of await all('SELECT * FROM listing WHERE live = 1'))
    for (const key of JSON.parse(cells)) {
      const [s, r] = [score / 1e6, stars / 1e8];
      const now = sums.get(key) ?? [0, 0, 0, 0, 0, 0, 0];
      sums.set(
        key,
        [1, p, p * p, s, s * s, r, r * r].map((one, at) => one + (now[at] ?? 0)),
      );
    }
  const tallies = await all('SELECT * FROM tally');
  expect(tallies.filter(({ n }) => n > 0)).toHaveLength(sums.size);
  for (const { key, ...kept } of tallies)
    for (const [at, one] of Object.values<number>(kept).entries())
      expect(one, key).toBeCloseTo(sums.get(key)?.[at] ?? 0, 6);
}

test('whatever is told, in any order, the tree, the words and the tallies say what the rows say', async () => {
  const places = Array.from({ length: PLACES }, (_, at) => randomPlace(random, at).row);
  const index = await open();
  await index.all('CREATE VIRTUAL TABLE term_place USING fts5vocab(listing_text, instance)');
  for (let step = 0; step < STEPS; step++) {
    const [one, other] = [random.of(places), random.of(places)];
    const told = {
      ...random.of([one, other]),
      ...{ id: one.id, version: random.int(1, 9), as_of: random.int(1, 9), epoch: random.int(1, 2) },
    };
    const gone = { id: one.id, epoch: told.epoch, version: told.version };
    const does = random.int(0, 9);
    if (does < 4) await writeLive(index.db, [told]);
    else if (does < 7) await writeSold(index.db, [told], []);
    else if (does < 9) await writeSold(index.db, [], [gone]);
    else
      await dropOthers(
        index.db,
        '',
        'prp_~',
        places.filter(() => random() < 0.9).map(({ id }) => id),
      );
    await compare(index);
  }
});

test('a place that is told of twice stands where it stood', async () => {
  const [model, ...others] = Array.from({ length: 4 }, (_, at) => randomPlace(random, at).row) as [
    LiveRow,
    ...LiveRow[],
  ];
  const { x, y, near, cells } = model;
  const { db, all } = await open(others.map((row) => ({ ...row, x, y, near, cells })));
  const dear = { ...model, price: 90_000_000, log_price: Math.log(90_000_000), instant: 0 };
  const scoreOf = async () => (await all(`SELECT score FROM listing WHERE id = '${model.id}'`))[0].score;
  const cheap = { ...dear, price: 60_000_000, log_price: Math.log(60_000_000) };
  for (const row of [dear, cheap]) {
    await writeLive(db, [row]);
    const score = await scoreOf();
    await writeLive(db, [row]);
    expect(await scoreOf()).toBe(score);
    await writeSold(db, [row], []);
    expect(await scoreOf()).toBe(score);
  }
  await writeSold(db, [{ ...dear, version: 2 }], []);
  const score = await scoreOf();
  await writeLive(db, [{ ...dear, version: 2 }]);
  expect(await scoreOf()).toBe(score);
});
