import { scoreSql } from './score.ts';
import type { GoneRow, LiveRow, SoldRow } from './to-row.ts';

/**
 * What the index is told. Every statement may run twice, and what is older than what is there changes nothing:
 * a row is of an (epoch, version) of its book and of a moment of its description. Triggers keep what is beside.
 */
const SOLD = [
  ...[
    'epoch',
    'version',
    'published',
    'price',
    'log_price',
    'currency',
    'nightly',
    'guests',
    'pets',
    'instant',
  ],
  ...['policy', 'min_nights', 'max_nights', 'notice_days', 'window_days', 'arrive', 'leave', 'taken_from'],
  ...['taken', 'sale'],
] as const satisfies readonly (keyof SoldRow)[];
const DESCRIBED = [
  ...['as_of', 'cells', 'near', 'quality', 'x', 'y', 'ux', 'uy', 'uz', 'city', 'country', 'words', 'type'],
  ...['amenities', 'bedrooms', 'beds', 'bathrooms', 'stars'],
] as const satisfies readonly (keyof LiveRow)[];
/** A statement's parameter takes no more than this. */
const MAX_PARAMETER = 900_000;

const told = (names: readonly string[]) => names.map((name) => `value ->> '${name}' AS ${name}`).join(', ');
const excluded = (names: readonly string[]) => names.map((name) => `${name} = excluded.${name}`).join(', ');

const LIVE = [...SOLD, ...DESCRIBED];
const KEEP = `INSERT INTO listing (id, live, ${LIVE.join(', ')}, card, score)
  SELECT id, 1, ${LIVE.join(', ')}, json_patch(card, shown),
    ${scoreSql('quality', 'instant', 'log_price', 'near', 'own')}
  FROM (SELECT ${told(['id', ...LIVE, 'card', 'shown'])}, (SELECT log_price FROM listing l
      WHERE l.id = value ->> 'id' AND l.near = value ->> 'near' AND l.live = 1) AS own FROM json_each(?)) WHERE true
  ON CONFLICT (id) DO UPDATE SET live = 1, card = excluded.card, score = excluded.score, ${excluded(LIVE)}
  WHERE (excluded.epoch, excluded.version) >= (listing.epoch, listing.version) AND excluded.as_of >= listing.as_of
  RETURNING id`;

const SELL = `UPDATE listing SET ${SOLD.map((name) => `${name} = d.${name}`).join(', ')},
    card = json_patch(listing.card, d.shown),
    score = CASE WHEN (d.instant, d.log_price) = (listing.instant, listing.log_price) THEN listing.score
      ELSE ${scoreSql('listing.quality', 'd.instant', 'd.log_price', 'listing.near', 'listing.log_price')} END
  FROM (SELECT ${told(['id', ...SOLD, 'shown'])} FROM json_each(?)) AS d
  WHERE listing.id = d.id AND listing.live = 1 AND (d.epoch, d.version) >= (listing.epoch, listing.version)
  RETURNING listing.id`;

const NOTHING = ['taken', 'sale', 'card', 'words', 'city', 'country']
  .map((name) => `${name} = NULL`)
  .join(', ');
const FORGET = `INSERT INTO listing (id, epoch, version, as_of, live, cells)
  SELECT value ->> 'id', value ->> 'epoch', value ->> 'version', 0, 0, '[]' FROM json_each(?) WHERE true
  ON CONFLICT (id) DO UPDATE SET live = 0, epoch = excluded.epoch, version = excluded.version, cells = '[]', ${NOTHING}
  WHERE (excluded.epoch, excluded.version) >= (listing.epoch, listing.version)`;

/** What books say of places that the index has; in one trip. Returns the ids that it did not take. */
export async function writeSold(
  db: D1Database,
  sold: readonly SoldRow[],
  gone: readonly GoneRow[],
): Promise<string[]> {
  const forget = gone.length > 0 ? [db.prepare(FORGET).bind(JSON.stringify(gone))] : [];
  return write(db, SELL, sold, forget);
}

/**
 * Places with all that is known of them; in one trip. Returns the ids that it did not take: of one of its halves
 * somebody has told something later meanwhile, and of the other perhaps not.
 */
export async function writeLive(db: D1Database, rows: readonly LiveRow[]): Promise<string[]> {
  return rows.length === 0 ? [] : write(db, KEEP, rows, []);
}

async function write(
  db: D1Database,
  sql: string,
  rows: readonly { readonly id: string }[],
  others: readonly D1PreparedStatement[],
): Promise<string[]> {
  const kept = inParts(rows).map((part) => db.prepare(sql).bind(part));
  const results = await db.batch<{ id: string }>([...kept, ...others]);
  const taken = new Set(results.slice(0, kept.length).flatMap((part) => part.results.map(({ id }) => id)));
  return rows.map(({ id }) => id).filter((id) => !taken.has(id));
}

/** Whatever is told of these from now on is newer than what is there. */
export async function forgetVersions(db: D1Database, ids: readonly string[]): Promise<void> {
  await db
    .prepare(
      'UPDATE listing SET epoch = 0, version = 0, as_of = 0 WHERE id IN (SELECT value FROM json_each(?))',
    )
    .bind(JSON.stringify(ids))
    .run();
}

/** What is in this stretch of ids and not among those that there are. */
export async function dropOthers(db: D1Database, after: string, last: string, ids: readonly string[]) {
  await db
    .prepare('DELETE FROM listing WHERE id > ?1 AND id <= ?2 AND id NOT IN (SELECT value FROM json_each(?3))')
    .bind(after, last, JSON.stringify(ids))
    .run();
}

function inParts(rows: readonly object[]): string[] {
  const parts: string[][] = [];
  let size = MAX_PARAMETER;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (size + text.length > MAX_PARAMETER) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(text);
    size += text.length;
  }
  return parts.map((part) => `[${part.join(',')}]`);
}
