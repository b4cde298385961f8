import { conditionsOf, distanceSql, insideBox, Parameters, rectsOf } from './conditions.ts';
import type { Exchange } from './exchange.ts';
import { type Limits, MAX_EXAMINED, MAX_UNSORTED, type Plan, walkedOf } from './plan.ts';
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
  newest: { column: 'published', down: true },
  distance: { column: '', down: false },
};
export const isDown = (sort: Sort): boolean => ORDERS[sort].down;

export type Ask = {
  readonly db: D1Database;
  readonly asked: Asked;
  readonly nowMs: number;
  readonly exchange: Exchange;
  readonly limits?: Limits;
};
type Stretch = {
  readonly after: Place | null;
  /** Of a stretch that is read again. */
  readonly until?: Place;
  readonly limit: number;
};
/** What is told of a row that fits, where it is not its card. */
const CARD = 'l.card';

/** Places that a part of the query names, as many as fit all of it, in order from a place on. */
export async function findComplete(
  ask: Ask,
  { name, most }: Pick<Plan, 'name' | 'most'>,
  { after, limit }: Stretch,
  card = CARD,
): Promise<Row[]> {
  const whole = selectWhole(ask, name, after, 0, card);
  if (most > MAX_UNSORTED) return (await whole.sorted(limit).all<Row>()).results;
  // To sort is to read every row once more, which D1 counts.
  return inOrder((await whole.unsorted().all<Row>()).results, ask.asked.sort).slice(0, limit);
}

/**
 * From one circle to others about it, the widest first: each whole and in order, or null when there are too many. Of the
 * last, which may hold as many as there are, no more than the limit.
 */
export async function findInRings(
  ask: Ask,
  { after, limit }: Stretch,
  innerKm: number,
  radii: readonly number[],
): Promise<(Row[] | null)[]> {
  const rings = radii.map((radiusKm, at) => {
    const circle = ask.asked.circle && { ...ask.asked.circle, radiusKm };
    const ring = selectWhole({ ...ask, asked: { ...ask.asked, circle } }, 'place', after, innerKm, CARD);
    return at === radii.length - 1 ? ring.sorted(limit) : ring.unsorted(MAX_EXAMINED);
  });
  const answers = await ask.db.batch<Row>(rings);
  return answers.map(({ results }, at) =>
    at === radii.length - 1 || results.length < MAX_EXAMINED ? inOrder(results, ask.asked.sort) : null,
  );
}

function selectWhole(
  { db, asked, nowMs, exchange }: Ask,
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
    ...conditionsOf(asked, add, nowMs, exchange),
    ...(plan === 'place' ? [] : insideBox(asked)),
    ...(after ? [beyond(key, asked.sort, after, add)] : []),
    'true',
  ];
  const sql = `SELECT ${columns(asked, key, card, add)} FROM ${source.from} WHERE ${where.join(' AND ')}`;
  const select = (end: string) => db.prepare(`${sql}${end}`).bind(...parameters.values);
  return {
    unsorted: (most?: number) => select(most === undefined ? '' : ` LIMIT ${most}`),
    sorted: (limit: number) => select(` ORDER BY ${order(key, asked.sort)} LIMIT ${limit}`),
  };
}

export function inOrder<R extends Row>(rows: readonly R[], sort: Sort): R[] {
  const way = isDown(sort) ? -1 : 1;
  return rows.toSorted((a, b) => way * comparePlaces([a.k, a.id], [b.k, b.id]));
}

export const comparePlaces = ([a, x]: Place, [b, y]: Place): number => a - b || (x < y ? -1 : x > y ? 1 : 0);

/** So many places of a town, a country or the world in order, whatever they are; the card is of those that fit the query. */
export async function walk(
  { db, asked, nowMs, exchange }: Ask,
  { after, until, limit }: Stretch,
  card = CARD,
): Promise<Row[]> {
  const parameters = new Parameters();
  const add = parameters.add.bind(parameters);
  const { column, down } = ORDERS[asked.sort];
  const fits = [...conditionsOf(asked, add, nowMs, exchange), ...insideBox(asked), 'true'].join(' AND ');
  const key = `l.${column}`;
  const walked = walkedOf(asked);
  const stretch = [
    'l.live = 1',
    ...(walked === 'all' ? [] : [`l.${walked} = ${add(asked[walked] ?? '')}`]),
    ...(after ? [beyond(key, asked.sort, after, add)] : []),
    ...(until ? [`(${key}, l.id) ${down ? '>=' : '<='} (${add(until[0])}, ${add(until[1])})`] : []),
  ];
  const chord = asked.circle ? distanceSql(asked, add) : 'NULL';
  const sql = `SELECT id, ${column} AS k, iif(fits, shown, NULL) AS card, chord,
      ${asked.stay ? 'iif(fits, sale, NULL)' : 'NULL'} AS sale
    FROM (SELECT l.*, ${card} AS shown, ${chord} AS chord, (${fits}) AS fits
      FROM listing l INDEXED BY ${orderIndex(walked, column)}
      WHERE ${stretch.join(' AND ')} ORDER BY ${order(key, asked.sort)} LIMIT ${limit})`;
  return (
    await db
      .prepare(sql)
      .bind(...parameters.values)
      .all<Row>()
  ).results;
}

/** What the tree has of the region in slices of the order, slice after slice; so many rows at most. */
export async function readSlabs(
  { db, asked, nowMs, exchange }: Ask,
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
    ...conditionsOf(asked, add, nowMs, exchange),
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

const orderIndex = (walked: ReturnType<typeof walkedOf>, column: string): string =>
  walked === 'all' ? `listing_by_${column}` : `listing_by_${walked}_${column}`;

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
        from: 'listing_text l',
        where: [`listing_text MATCH ${add(asked.words.map((word) => `"${word}"*`).join(' '))}`],
      };
    case 'city':
    case 'country':
      return { from: `listing l INDEXED BY ${orderIndex(plan, 'score')}`, where: ['l.live = 1'] };
    case 'slice':
    case 'walk':
      return { from: 'listing l', where: ['l.live = 1'] };
  }
}
