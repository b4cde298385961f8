import { conditionsOf, distanceSql, insideBox, Parameters, rectsOf } from './conditions.ts';
import { MAX_EXAMINED, type Plan } from './plan.ts';
import type { Asked } from './read-query.ts';
import type { Sort } from './schemas.ts';
import { DIMENSIONS, type Slab } from './slices.ts';

/** A row where an order stands: `card` is null where the walk met what is not looked for. */
export type Row = {
  readonly id: string;
  readonly k: number;
  readonly card: string | null;
  readonly sale: string | null;
  /** The square of the way, where there is a point to go from. */
  readonly chord: number | null;
};
/** A row's place in the order: its key, and its id where keys are equal. */
export type Place = readonly [k: number, id: string];

const ORDERS: Readonly<Record<Sort, { column: string; down: boolean }>> = {
  recommended: { column: 'score', down: true },
  price: { column: 'price', down: false },
  '-price': { column: 'price', down: true },
  rating: { column: 'stars', down: true },
  newest: { column: 'created', down: true },
  distance: { column: '', down: false },
};
export const isDown = (sort: Sort): boolean => ORDERS[sort].down;

/** Far more than an estimate is wrong by. */
const MAX_UNSORTED = 3_000;

type Ask = { readonly db: D1Database; readonly asked: Asked; readonly nowMs: number };
type Stretch = {
  readonly after: Place | null;
  /** Of a stretch that is read again. */
  readonly until?: Place;
  readonly limit: number;
};
/** What is told of a row that fits, where it is not its card. */
const CARD = 'l.card';

/** Places that a part of the query names, as many as fit all of it, in order from a place on. */
export async function findComplete(ask: Ask, plan: Plan['name'], { after, limit }: Stretch, card = CARD) {
  const { unsorted, sorted } = prepareWhole(ask, plan, after, 0, card);
  const rows = await unsorted(MAX_UNSORTED);
  return rows.length < MAX_UNSORTED ? inOrder(rows, ask.asked.sort).slice(0, limit) : sorted(limit);
}

/** All between two circles, in order; null when there are too many. */
export async function findInRing(ask: Ask, after: Place | null, innerKm: number): Promise<Row[] | null> {
  const rows = await prepareWhole(ask, 'place', after, innerKm, CARD).unsorted(MAX_EXAMINED);
  return rows.length < MAX_EXAMINED ? inOrder(rows, ask.asked.sort) : null;
}

function prepareWhole(
  { db, asked, nowMs }: Ask,
  plan: Plan['name'],
  after: Place | null,
  innerKm: number,
  card: string,
) {
  const parameters = new Parameters();
  const add = parameters.add.bind(parameters);
  const source = sourceOf(plan, asked, add, innerKm);
  const key = asked.sort === 'distance' ? distanceSql(asked, add) : `l.${ORDERS[asked.sort].column}`;
  const where = [
    ...source.where,
    ...conditionsOf(asked, add, nowMs),
    ...(plan === 'place' ? [] : insideBox(asked)),
    ...(after ? [beyond(key, asked.sort, after, add)] : []),
  ];
  const sql = `SELECT ${columns(asked, key, card, add)} FROM ${source.from} WHERE ${where.join(' AND ')}`;
  const read = async (end: string) =>
    (
      await db
        .prepare(`${sql} ${end}`)
        .bind(...parameters.values)
        .all<Row>()
    ).results;
  return {
    // To sort is to read every row once more, which D1 counts.
    unsorted: (most: number) => read(`LIMIT ${most}`),
    sorted: (limit: number) => read(`ORDER BY ${order(key, asked.sort)} LIMIT ${limit}`),
  };
}

export function inOrder<R extends Row>(rows: readonly R[], sort: Sort): R[] {
  const way = isDown(sort) ? -1 : 1;
  return rows.toSorted((a, b) => way * comparePlaces([a.k, a.id], [b.k, b.id]));
}

export const comparePlaces = ([a, x]: Place, [b, y]: Place): number => a - b || (x < y ? -1 : x > y ? 1 : 0);

/** So many places in order, whatever they are; the card is of those that fit the query. */
export async function walk(
  { db, asked, nowMs }: Ask,
  { after, until, limit }: Stretch,
  card = CARD,
): Promise<Row[]> {
  const parameters = new Parameters();
  const add = parameters.add.bind(parameters);
  const { column, down } = ORDERS[asked.sort];
  const fits = [...conditionsOf(asked, add, nowMs), ...insideBox(asked), 'true'].join(' AND ');
  const key = `l.${column}`;
  const stretch = [
    'l.live = 1',
    ...(after ? [beyond(key, asked.sort, after, add)] : []),
    ...(until ? [`(${key}, l.id) ${down ? '>=' : '<='} (${add(until[0])}, ${add(until[1])})`] : []),
  ];
  const chord = asked.circle ? distanceSql(asked, add) : 'NULL';
  const sql = `SELECT id, ${column} AS k, iif(fits, shown, NULL) AS card, chord,
      ${asked.stay ? 'iif(fits, sale, NULL)' : 'NULL'} AS sale
    FROM (SELECT l.*, ${card} AS shown, ${chord} AS chord, (${fits}) AS fits FROM listing l INDEXED BY listing_by_${column}
      WHERE ${stretch.join(' AND ')} ORDER BY ${order(key, asked.sort)} LIMIT ${Math.min(limit, MAX_EXAMINED)})`;
  return (
    await db
      .prepare(sql)
      .bind(...parameters.values)
      .all<Row>()
  ).results;
}

/** What the tree has of the region in slices of the order, slice after slice; so many rows at most. */
export async function readSlabs(
  { db, asked, nowMs }: Ask,
  slabs: readonly Slab[],
  { after, limit }: Stretch,
  card = CARD,
): Promise<(Row & { slab: number })[]> {
  const parameters = new Parameters();
  const add = parameters.add.bind(parameters);
  const { column } = ORDERS[asked.sort];
  const dimension = DIMENSIONS[asked.sort]?.name;
  const entries = slabs.flatMap((slab, at) => rectsOf(asked).map((rect) => [...rect, ...slab, at]));
  const fits = [
    ...conditionsOf(asked, add, nowMs),
    ...(after ? [beyond(`l.${column}`, asked.sort, after, add)] : []),
    'true',
  ].join(' AND ');
  const at = (index: number) => `CAST(r.value ->> ${index} AS INTEGER)`;
  const sql = `SELECT id, k, iif(fits, shown, NULL) AS card, chord, slab, ${asked.stay ? 'iif(fits, sale, NULL)' : 'NULL'} AS sale
    FROM (SELECT l.id, l.${column} AS k, ${card} AS shown, l.sale, (${fits}) AS fits, ${at(6)} AS slab,
        ${asked.circle ? distanceSql(asked, add) : 'NULL'} AS chord
      FROM json_each(${add(JSON.stringify(entries))}) r CROSS JOIN place l
        ON l.x0 >= ${at(0)} AND l.x1 <= ${at(2)} AND l.y0 >= ${at(1)} AND l.y1 <= ${at(3)}
        AND l.${dimension}0 >= ${at(4)} AND l.${dimension}1 <= ${at(5)} LIMIT ${limit})`;
  return (
    await db
      .prepare(sql)
      .bind(...parameters.values)
      .all<Row & { slab: number }>()
  ).results;
}

const columns = (asked: Asked, key: string, card: string, add: Parameters['add']): string =>
  [
    `l.id AS id, ${key} AS k, ${card} AS card, ${asked.stay ? 'l.sale' : 'NULL'} AS sale`,
    `${asked.circle ? distanceSql(asked, add) : 'NULL'} AS chord`,
  ].join(', ');

const order = (key: string, sort: Sort): string => {
  const way = isDown(sort) ? ' DESC' : '';
  return `${key}${way}, l.id${way}`;
};

const beyond = (key: string, sort: Sort, [k, id]: Place, add: Parameters['add']): string =>
  `(${key}, l.id) ${isDown(sort) ? '<' : '>'} (${add(k)}, ${add(id)})`;

function sourceOf(plan: Plan['name'], asked: Asked, add: Parameters['add'], innerKm: number) {
  switch (plan) {
    case 'place': {
      const rects = rectsOf(asked, innerKm);
      const [only] = rects;
      if (only && rects.length === 1) {
        const [w, s, e, n] = only;
        return {
          from: 'place l',
          where: [`l.x0 >= ${w} AND l.x1 <= ${e} AND l.y0 >= ${s} AND l.y1 <= ${n}`],
        };
      }
      const end = (at: number) => `CAST(r.value ->> ${at} AS INTEGER)`;
      return {
        from: `json_each(${add(JSON.stringify(rects))}) r CROSS JOIN place l`,
        where: [`l.x0 >= ${end(0)} AND l.x1 <= ${end(2)} AND l.y0 >= ${end(1)} AND l.y1 <= ${end(3)}`],
      };
    }
    case 'words':
      return {
        from: 'listing_text CROSS JOIN listing l ON l.n = listing_text.rowid',
        where: [`listing_text MATCH ${add(asked.words.map((word) => `"${word}"*`).join(' '))}`, 'l.live = 1'],
      };
    case 'city':
    case 'country':
      return { from: `listing l INDEXED BY listing_by_${plan}`, where: ['l.live = 1'] };
    case 'slice':
    case 'walk':
      return { from: 'listing l', where: ['l.live = 1'] };
  }
}
