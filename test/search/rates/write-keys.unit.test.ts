import { expect, test } from 'vitest';
import { type Exchange, FIXED, priceKeyOf } from '../../../src/search/exchange.ts';
import { findPage } from '../../../src/search/find-page.ts';
import { keyPrices, keyScores } from '../../../src/search/rates/write-keys.ts';
import { readQuery } from '../../../src/search/read-query.ts';
import { SearchQuery } from '../../../src/search/schemas.ts';
import { scoreSql } from '../../../src/search/score.ts';
import { openIndex } from '../index-in-node.ts';
import { answerSlowly } from '../oracle.ts';
import { NOW, randomFrom, randomPlace } from '../random-places.ts';
import { randomQuery } from '../random-query.ts';

const PLACES = 1_200;
const QUERIES = Number(process.env.SEARCHES ?? 120) / 2;
const random = randomFrom(86);
const places = Array.from({ length: PLACES }, (_, at) => randomPlace(random, at));
const MOVED: Exchange = { ...FIXED, KES: 190, EUR: 1.1, JPY: 90, FJD: 2.27 };

const copied = `SELECT count(*) AS n FROM listing l JOIN place p ON p.k = l.n
  WHERE (p.price, p.score, p.s0, p.nightly, p.sale) = (l.price, l.score, l.score, l.nightly, l.sale)
    AND abs(p.p0 - l.log_price * 40000000) <= 1`;
type Kept = {
  id: string;
  nightly: number;
  currency: 'KES';
  price: number;
  log_price: number;
  score: number;
  quality: number;
};

async function keyAll(db: D1Database, exchange: Exchange) {
  let moved = 0;
  for (const pass of [
    (after: number) => keyPrices(db, exchange, after),
    (after: number) => keyScores(db, after),
  ])
    for (let after: number | null = 0; after !== null; ) {
      const done = await pass(after);
      moved += done.moved;
      after = done.last;
    }
  return moved;
}

test('after the rates have moved, search finds what looking at every place by the new ones finds, in that order', async () => {
  const index = await openIndex(places.map(({ row }) => row));
  const { db } = index;
  const rows = async () => (await db.prepare('SELECT * FROM listing ORDER BY id').all<Kept>()).results;
  const before = await rows();
  const moved = await keyAll(db, MOVED);

  const after = await rows();
  expect(moved).toBe(before.filter(({ currency }) => ['KES', 'EUR', 'JPY'].includes(currency)).length);
  expect(moved).toBeGreaterThan(PLACES / 3);
  const keyed = before.map((row) => {
    const price = priceKeyOf(MOVED, row.nightly, row.currency);
    return { ...row, price, log_price: expect.closeTo(Math.log(price), 9), score: expect.any(Number) };
  });
  expect(after).toEqual(keyed);
  const copies = await db.prepare(copied).all<{ n: number }>();
  expect(copies.results[0]?.n).toBe(PLACES);
  const tally = await db.prepare("SELECT n, p, s FROM tally WHERE key = 'all'").all();
  expect(tally.results[0]).toEqual({
    n: PLACES,
    p: expect.closeTo(
      after.reduce((sum, { log_price }) => sum + log_price, 0),
      5,
    ),
    s: expect.closeTo(
      after.reduce((sum, { score }) => sum + score / 1e6, 0),
      5,
    ),
  });

  const marks = new Map(after.map((row) => [row.id, row]));
  let differing = 0;
  for (let at = 0; at < QUERIES; at++) {
    const query = randomQuery(random);
    const asked = readQuery(SearchQuery.parse(query));
    const found: string[] = [];
    let position: Parameters<typeof findPage>[1]['position'];
    do {
      const page = await findPage({ db, asked, nowMs: NOW, exchange: MOVED }, { limit: 100, position });
      found.push(...page.found.map(({ id }) => id));
      position = page.next ?? undefined;
    } while (position !== undefined);
    const slow = answerSlowly(places, asked, marks, MOVED).map(({ id }) => id);
    const isWindowed = asked.stay !== null && asked.sort.endsWith('price');
    const inOrder = (ids: string[]) => (isWindowed ? ids.toSorted() : ids);
    expect(inOrder(found), JSON.stringify(query)).toEqual(inOrder(slow));
    const old = answerSlowly(places, asked, marks).map(({ id }) => id);
    if (inOrder(old).join() !== inOrder(slow).join()) differing += 1;
  }
  expect(differing).toBeGreaterThan(3);

  const stay = { bbox: '-180,-90,179,90', checkIn: '2027-03-24', checkOut: '2027-03-27', limit: 100 };
  for (const more of [{}, { currency: 'USD', priceMin: 20_000, priceMax: 60_000 }])
    for (const sort of ['price', '-price'] as const) {
      const asked = readQuery(SearchQuery.parse({ ...stay, ...more, sort }));
      const ask = {
        db,
        asked,
        nowMs: NOW,
        exchange: MOVED,
        limits: { complete: 5_000, walkShare: 0 },
      };
      const { found } = await findPage(ask, { limit: PLACES, position: undefined });
      const slowly = (exchange: Exchange) => answerSlowly(places, asked, marks, exchange).map(({ id }) => id);
      expect(found.map(({ id }) => id)).toEqual(slowly(MOVED));
      expect(slowly(FIXED)).not.toEqual(slowly(MOVED));
    }

  expect(await keyAll(db, MOVED)).toBe(0);
  expect(await rows()).toEqual(after);
  expect(await keyAll(db, FIXED)).toBe(moved);
  expect((await rows()).map(({ price }) => price)).toEqual(before.map(({ price }) => price));
});

test('where currencies meet, a place is recommended for its price among the others once all are keyed', async () => {
  const rows = places.slice(0, 700).map(({ row }, at) => ({
    ...row,
    ...(at % 2 === 0 && { currency: 'USD' as const, price: priceKeyOf(FIXED, row.nightly, 'USD') }),
  }));
  const priced = rows.map((row) => ({ ...row, log_price: Math.log(row.price) })) as typeof rows;
  const { db } = await openIndex(priced);
  const shouldBe = scoreSql('quality', 'instant', 'log_price', 'near', 'log_price');
  const most = async () =>
    (await db.prepare(`SELECT max(abs(${shouldBe} - score)) AS most FROM listing`).all<{ most: number }>())
      .results[0]?.most;
  const scores = async (pass: () => Promise<{ last: number | null }>[]) => {
    await Promise.all(pass());
    return (await db.prepare('SELECT score FROM listing ORDER BY id').all<Kept>()).results.map(
      ({ score }) => score,
    );
  };
  await scores(() => [keyScores(db, 0), keyScores(db, 500)]);
  const before = await scores(() => [keyPrices(db, { ...FIXED, KES: 258, JPY: 76 }, 0)]);
  expect(await scores(() => [keyPrices(db, { ...FIXED, KES: 258, JPY: 76 }, 500)]), 'prices alone').toEqual(
    before,
  );
  expect(await most()).toBeGreaterThan(10_000);

  const after = await scores(() => [keyScores(db, 0), keyScores(db, 500)]);
  expect(await most()).toBeLessThan(1_000);
  expect(after.filter((score, at) => score !== before[at]).length).toBeGreaterThan(50);
  expect((await db.prepare(copied).all<{ n: number }>()).results[0]?.n).toBe(700);
  expect(await scores(() => [keyScores(db, 0), keyScores(db, 500)])).toEqual(after);
});
