import { ALL, cityKey, countryKey, coverOf } from './cells.ts';
import { rectsOf } from './conditions.ts';
import { type Circle, rectsOfBox, toSteps } from './point.ts';
import type { Asked } from './read-query.ts';
import type { Sort } from './schemas.ts';
import { type Crowd, DIMENSIONS } from './slices.ts';

/**
 * How the answer is found. All but one read every place that a part of the query names, and nothing else, and
 * put in order what is left. Where each part names too many, the places are walked in the order that is asked
 * for, from the cursor on; or, where they lie close in the midst of many others, slice after slice of the tree is.
 */
export type Plan = {
  readonly name: 'place' | 'words' | 'city' | 'country' | 'slice' | 'walk';
  /** Of how many the part of the query that was chosen speaks; null when nothing had to be estimated. */
  readonly estimate: number | null;
  /** How many of all places would be met by a walk. */
  readonly share: number;
  /** What the places in the region are like, where it is in the tree and its order has a dimension there. */
  readonly crowd: Crowd | null;
};

export const MAX_EXAMINED = 950;
/** How many places are read to cut a page out of them, and where a walk meets too few of the region. */
export type Limits = { readonly complete: number; readonly byWords: number; readonly walkShare: number };
/**
 * A word leads to a place in two steps, so half as many. A walk reads as many rows for each that lies in the region as
 * its share goes into one.
 */
const LIMITS: Limits = { complete: 800, byWords: 400, walkShare: 0.1 };
const MAX_TERMS = 64;
const WORLD = '-180,-90,180,90';
/** Of the square around it. */
const CIRCLE_SHARE = Math.PI / 4;

export async function choosePlan(db: D1Database, asked: Asked, limits = LIMITS): Promise<Plan> {
  const { city, country, words } = asked;
  const isEverywhere = asked.box?.join() === WORLD;
  const rects = asked.circle ? squareAround(asked.circle) : isEverywhere ? [] : rectsOf(asked);
  const cover = rects.flatMap(coverOf);
  if (cover.length === 0 && city === null && country === null && words.length === 0)
    return { name: 'walk', estimate: null, share: 1, crowd: null };

  const keys = [
    ALL,
    ...(city === null ? [] : [cityKey(city)]),
    ...(country === null ? [] : [countryKey(country)]),
    ...cover.map(({ key }) => key),
  ];
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
  const found = new Map(tallies?.results.map((tally) => [tally.key, tally]));
  const among = (key: string) => found.get(key)?.n ?? 0;
  const all = Math.max(1, among(ALL));
  const placed = cover.reduce((sum, { key, share }) => sum + among(key) * share, 0);
  const worded = terms.map(({ results: [term] }) =>
    term && term.terms < MAX_TERMS ? term.n : Number.POSITIVE_INFINITY,
  );
  const ways: [Plan['name'], number, number][] = [
    ...(cover.length > 0
      ? [
          ['place', placed * (asked.circle ? CIRCLE_SHARE : 1), limits.complete] as [
            Plan['name'],
            number,
            number,
          ],
        ]
      : []),
    ...(words.length > 0
      ? [['words', Math.min(...worded), limits.byWords] as [Plan['name'], number, number]]
      : []),
    ...(city === null
      ? []
      : [['city', among(cityKey(city)), limits.complete] as [Plan['name'], number, number]]),
    ...(country === null
      ? []
      : [['country', among(countryKey(country)), limits.complete] as [Plan['name'], number, number]]),
  ];
  const [best = ['walk', all, 0] as const] = ways.sort(([, a], [, b]) => a - b);
  const [name, estimate, limit] = best;
  const share = Math.min(1, estimate / all);
  const crowd = crowdOf(asked.sort, cover, found);
  return {
    name: estimate <= limit ? name : crowd !== null && placed / all < limits.walkShare ? 'slice' : 'walk',
    estimate: Number.isFinite(estimate) ? Math.round(estimate) : null,
    share,
    crowd,
  };
}

type Tally = Record<'n' | 'p' | 'p2' | 's' | 's2' | 'r' | 'r2', number> & { key: string };
type Share = { key: string; share: number };

/** From the cells that the region lies over, as far as it does. */
function crowdOf(sort: Sort, cover: readonly Share[], found: ReadonlyMap<string, Tally>): Crowd | null {
  const dimension = DIMENSIONS[sort];
  if (dimension === null || cover.length === 0) return null;
  const { name, unit } = dimension;
  let [count, sum, squares] = [0, 0, 0];
  for (const { key, share } of cover) {
    const tally = found.get(key);
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

const squareAround = ({ center, radiusKm }: Circle) => {
  const half = Math.min(90, radiusKm / 111.19);
  const wide = Math.min(180, half / Math.max(0.01, Math.cos((center.lat * Math.PI) / 180)));
  const [w, e] = [center.lng - wide, center.lng + wide];
  const [s, n] = [Math.max(-90, center.lat - half), Math.min(90, center.lat + half)];
  return wide >= 180
    ? [[toSteps(-180), toSteps(s), toSteps(180), toSteps(n)] as const]
    : rectsOfBox(w < -180 ? w + 360 : w, s, e > 180 ? e - 360 : e, n);
};
