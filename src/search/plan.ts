import { ALL, cityKey, countryKey, coverOf } from './cells.ts';
import { rectsOf } from './conditions.ts';
import { rectsOfCircle } from './point.ts';
import { type Asked, isByTotal } from './read-query.ts';
import type { Sort } from './schemas.ts';
import { type Crowd, DIMENSIONS } from './slices.ts';

/**
 * How the answer is found. All but two read every place that a part of the query names, and nothing else, and
 * put in order what is left. Where each part names too many, the places are walked in the order that is asked
 * for, from the cursor on; or, where they lie close in the midst of many others, slice after slice of the tree is.
 */
export type Plan = {
  readonly name: 'place' | 'words' | 'city' | 'country' | 'slice' | 'walk';
  /** The part of the query that names the fewest, however many these are. */
  readonly whole: Plan['name'];
  /** Of how many the part of the query that was chosen speaks; null when nothing had to be estimated. */
  readonly estimate: number | null;
  /** Certainly no more than so many. */
  readonly most: number;
  /** Where a region is read in slices because it might have more: as many as it should have, and as many again. */
  readonly atLeast: number;
  /** How many of those that a walk meets. */
  readonly share: number;
  /** What the places in the region are like, where it is in the tree and its order has a dimension there. */
  readonly crowd: Crowd | null;
};

export const MAX_EXAMINED = 950;
/** What is put in order here; of more, it is dearer to know them all than to have them sorted there. */
export const MAX_UNSORTED = 3_000;
/** How many places are read to cut a page out of them, and where a walk meets too few of the region. */
export type Limits = { readonly complete: number; readonly walkShare: number };
/** A walk reads as many rows for each that lies in the region as its share goes into one. */
const LIMITS: Limits = { complete: 800, walkShare: 0.1 };
const MAX_TERMS = 64;
const WORLD = '-180,-90,180,90';
/** Of the square around it. */
const CIRCLE_SHARE = Math.PI / 4;

/** Whose order is walked, by the query alone: a cursor goes on in the same. */
export const walkedOf = ({ city, country }: Asked): 'all' | 'city' | 'country' =>
  city !== null ? 'city' : country !== null ? 'country' : 'all';

export async function choosePlan(db: D1Database, asked: Asked, limits = LIMITS): Promise<Plan> {
  const { city, country, words, circle } = asked;
  const isEverywhere = asked.box?.join() === WORLD;
  const cover = (circle ? rectsOfCircle(circle, 0, 1) : isEverywhere ? [] : rectsOf(asked)).flatMap(coverOf);
  if (cover.length === 0 && city === null && country === null && words.length === 0)
    return {
      ...{ name: 'walk', whole: 'walk', estimate: null, most: Number.POSITIVE_INFINITY },
      ...{ atLeast: 0, share: 1, crowd: null },
    };

  const keys = { all: ALL, city: city && cityKey(city), country: country && countryKey(country) };
  const { tallies, wordCounts } = await readCounts(
    db,
    [...Object.values(keys).filter((key) => key !== null), ...cover.map(({ key }) => key)],
    words,
  );
  const among = (key: string | null) => (key === null ? 0 : (tallies.get(key)?.n ?? 0));
  const placed = cover.reduce((sum, { key, share }) => sum + among(key) * share, 0);
  const touched = cover.reduce((sum, { key }) => sum + among(key), 0);
  const exactly = (name: Plan['name'], count: number) => ({ name, estimate: count, most: count });
  const ways = [
    ...(cover.length > 0
      ? [{ name: 'place' as const, estimate: placed * (circle ? CIRCLE_SHARE : 1), most: touched }]
      : []),
    ...(words.length > 0 ? [exactly('words', Math.min(...wordCounts))] : []),
    ...(city === null ? [] : [exactly('city', among(keys.city))]),
    ...(country === null ? [] : [exactly('country', among(keys.country))]),
  ];
  const best = ways.reduce((a, b) => (b.estimate < a.estimate ? b : a));
  const walked = Math.max(1, among(keys[walkedOf(asked)]));
  const crowd = crowdOf(asked.sort, cover, tallies);
  const many = crowd !== null && placed / walked < limits.walkShare ? 'slice' : 'walk';
  const isFew = best.estimate <= limits.complete;
  const isUnsure = best.name === 'place' && best.most > MAX_UNSORTED && crowd !== null && !isByTotal(asked);
  return {
    name: isFew && !isUnsure ? best.name : many,
    whole: best.name,
    estimate: Number.isFinite(best.estimate) ? Math.round(best.estimate) : null,
    most: best.most,
    atLeast: isFew ? 2 * best.estimate : 0,
    share: Math.min(1, best.estimate / walked),
    crowd,
  };
}

type Tally = Record<'n' | 'p' | 'p2' | 's' | 's2' | 'r' | 'r2', number> & { key: string };
type Tallies = ReadonlyMap<string, Tally>;
type Share = { key: string; share: number };

/** In one trip; infinitely many for a word that begins too many. */
async function readCounts(db: D1Database, keys: readonly string[], words: readonly string[]) {
  const marks = keys.map(() => '?').join(', ');
  const [tallies, ...terms] = await db.batch<Tally & { terms: number }>([
    db.prepare(`SELECT * FROM tally WHERE key IN (${marks})`).bind(...keys),
    ...words.map((word) =>
      db
        .prepare(
          `SELECT count(*) AS terms, coalesce(sum(doc), 0) AS n FROM
             (SELECT doc FROM listing_term WHERE term >= ? AND term < ? LIMIT ${MAX_TERMS})`,
        )
        .bind(word, `${word}\u{10ffff}`),
    ),
  ]);
  const wordCounts = terms.map(({ results: [term] }) =>
    term && term.terms < MAX_TERMS ? term.n : Number.POSITIVE_INFINITY,
  );
  return { tallies: new Map(tallies?.results.map((tally) => [tally.key, tally])), wordCounts };
}

/** From the cells that the region lies over, as far as it does. */
function crowdOf(sort: Sort, cover: readonly Share[], tallies: Tallies): Crowd | null {
  const dimension = DIMENSIONS[sort];
  if (dimension === null || cover.length === 0) return null;
  const { name, unit } = dimension;
  let [count, sum, squares] = [0, 0, 0];
  for (const { key, share } of cover) {
    const tally = tallies.get(key);
    if (tally === undefined) continue;
    count += share * tally.n;
    sum += share * tally[name];
    squares += share * tally[`${name}2`];
  }
  if (count <= 0) return { count: 0, mean: 0, deviation: unit };
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(1e-6, squares / count - mean * mean));
  return { count, mean: mean * unit, deviation: deviation * unit };
}
