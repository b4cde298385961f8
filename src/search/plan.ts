import { ALL, cityKey, countryKey, coverOf } from './cells.ts';
import { rectsOf } from './conditions.ts';
import { type Circle, rectsOfBox, toSteps } from './point.ts';
import type { Asked } from './read-query.ts';

/**
 * How the answer is found. All but one read every place that a part of the query names, and nothing else, and
 * put in order what is left. Where each part names too many, the places are walked in the order that is asked
 * for, from the cursor on.
 */
export type Plan = {
  readonly name: 'place' | 'words' | 'city' | 'country' | 'walk';
  /** Of how many the part of the query that was chosen speaks; null when nothing had to be estimated. */
  readonly estimate: number | null;
  /** How many of all places would be met by a walk. */
  readonly share: number;
};

export const MAX_EXAMINED = 950;
const MAX_COMPLETE = 800;
/** A word leads to a place in two steps, so half as many. */
const MAX_BY_WORDS = 400;
const MAX_TERMS = 64;
const WORLD = '-180,-90,180,90';
/** Of the square around it. */
const CIRCLE_SHARE = Math.PI / 4;

export async function choosePlan(db: D1Database, asked: Asked): Promise<Plan> {
  const { city, country, words } = asked;
  const isEverywhere = asked.box?.join() === WORLD;
  const rects = asked.circle ? squareAround(asked.circle) : isEverywhere ? [] : rectsOf(asked);
  const cover = rects.flatMap(coverOf);
  if (cover.length === 0 && city === null && country === null && words.length === 0)
    return { name: 'walk', estimate: null, share: 1 };

  const keys = [
    ALL,
    ...(city === null ? [] : [cityKey(city)]),
    ...(country === null ? [] : [countryKey(country)]),
    ...cover.map(({ key }) => key),
  ];
  const marks = keys.map(() => '?').join(', ');
  const [tallies, ...terms] = await db.batch<{ key: string; n: number; terms: number }>([
    db.prepare(`SELECT key, n FROM tally WHERE key IN (${marks})`).bind(...keys),
    ...words.map((word) =>
      db
        .prepare(
          `SELECT count(*) AS terms, coalesce(sum(doc), 0) AS n FROM
             (SELECT doc FROM listing_term WHERE term >= ? AND term < ? LIMIT ${MAX_TERMS})`,
        )
        .bind(word, `${word}\u{10ffff}`),
    ),
  ]);
  const counts = new Map(tallies?.results.map(({ key, n }) => [key, n]));
  const among = (key: string) => counts.get(key) ?? 0;
  const all = Math.max(1, among(ALL));
  const placed = cover.reduce((sum, { key, share }) => sum + among(key) * share, 0);
  const worded = terms.map(({ results: [found] }) =>
    found && found.terms < MAX_TERMS ? found.n : Number.POSITIVE_INFINITY,
  );
  const ways: [Plan['name'], number, number][] = [
    ...(cover.length > 0
      ? [
          ['place', placed * (asked.circle ? CIRCLE_SHARE : 1), MAX_COMPLETE] as [
            Plan['name'],
            number,
            number,
          ],
        ]
      : []),
    ...(words.length > 0
      ? [['words', Math.min(...worded), MAX_BY_WORDS] as [Plan['name'], number, number]]
      : []),
    ...(city === null
      ? []
      : [['city', among(cityKey(city)), MAX_COMPLETE] as [Plan['name'], number, number]]),
    ...(country === null
      ? []
      : [['country', among(countryKey(country)), MAX_COMPLETE] as [Plan['name'], number, number]]),
  ];
  const [best = ['walk', all, 0] as const] = ways.sort(([, a], [, b]) => a - b);
  const [name, estimate, limit] = best;
  return {
    name: estimate <= limit ? name : 'walk',
    estimate: Number.isFinite(estimate) ? Math.round(estimate) : null,
    share: Math.min(1, estimate / all),
  };
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
