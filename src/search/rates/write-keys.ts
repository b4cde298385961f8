import type { Currency } from '../../kernel/money.ts';
import { type Exchange, priceKeyOf } from '../exchange.ts';
import { scoreSql } from '../score.ts';

/** How many places are looked at in one go. */
const STRETCH = 500;
/** A thousandth of the whole; less would write places anew for nothing that anybody could see. */
const SEEN = 1_000;

/** Where the next stretch begins, unless this was the last. */
type Done = { readonly moved: number; readonly last: number | null };
type Priced = { n: number; nightly: number; currency: Currency; price: number };

const READ = `SELECT n, nightly, currency, price FROM listing NOT INDEXED WHERE n > ? AND live = 1
  ORDER BY n LIMIT ${STRETCH}`;
// What costs something else by now was keyed by whoever wrote that.
const PRICE = `UPDATE listing SET price = d.price, log_price = d.log_price
  FROM (SELECT value ->> 0 AS n, value ->> 1 AS nightly, value ->> 2 AS currency, value ->> 3 AS price,
    value ->> 4 AS log_price FROM json_each(?)) AS d
  WHERE listing.n = d.n AND listing.live = 1 AND (listing.nightly, listing.currency) = (d.nightly, d.currency)`;

const WITHIN = `n IN (SELECT n FROM listing NOT INDEXED WHERE n > ? ORDER BY n LIMIT ${STRETCH})`;
const AS_IT_SHOULD_BE = scoreSql('quality', 'instant', 'log_price', 'near', 'log_price');
const SCORE = `UPDATE listing SET score = ${AS_IT_SHOULD_BE}
  WHERE ${WITHIN} AND live = 1 AND abs(${AS_IT_SHOULD_BE} - score) >= ${SEEN}`;
const LAST = `SELECT max(n) AS last, count(*) AS count FROM listing WHERE ${WITHIN}`;

/** Two trips, or one where nothing moves. */
export async function keyPrices(db: D1Database, exchange: Exchange, after: number): Promise<Done> {
  const { results } = await db.prepare(READ).bind(after).all<Priced>();
  const moved = results.flatMap(({ n, nightly, currency, price }) => {
    const key = priceKeyOf(exchange, nightly, currency);
    return key === price ? [] : [[n, nightly, currency, key, Math.log(key)]];
  });
  if (moved.length > 0) await db.prepare(PRICE).bind(JSON.stringify(moved)).run();
  return { moved: moved.length, last: results.length < STRETCH ? null : (results.at(-1)?.n ?? null) };
}

/** One trip. */
export async function keyScores(db: D1Database, after: number): Promise<Done> {
  const results = await db.batch<{ last: number; count: number }>(
    [SCORE, LAST].map((sql) => db.prepare(sql).bind(after)),
  );
  const [stretch] = results.at(-1)?.results ?? [];
  return { moved: 0, last: stretch && stretch.count === STRETCH ? stretch.last : null };
}
