import type { Position } from '../kernel/page.ts';
import type { Ask, Place, Row } from './find-rows.ts';
import { type Found, judgeRows } from './judge-rows.ts';
import type { Plan } from './plan.ts';
import type { Asked } from './read-query.ts';

/**
 * One page of an answer, and where the next begins. A page is exact as far as it goes: what it shows is all that
 * there is up to its end, in order. It may be short, even empty, where much had to be examined for little; then
 * the next goes on.
 */
export type FoundPage = {
  readonly found: readonly Found[];
  readonly next: Position | null;
  readonly plan: Plan;
  readonly examined: number;
};
export type Input = { readonly limit: number; readonly position: Position | undefined };

/** Of rows that fit as far as SQL can tell, a few are refused by the book's rules. */
export const spare = (limit: number) => limit + Math.ceil(limit / 2) + 10;
/** Of how many places, at a guess, one fits what no estimate speaks of. */
export function rarityOf({
  stay,
  types,
  amenities,
  policies,
  minRating,
  priceMin,
  priceMax,
  bedrooms,
}: Asked): number {
  const isChosen =
    types.length + amenities.length + policies.length + minRating + bedrooms > 0 ||
    priceMin !== null ||
    priceMax !== null;
  return (stay ? 3 : 1) * (isChosen ? 3 : 1);
}

export function pageOf(
  ask: Ask,
  plan: Plan,
  rows: readonly Row[],
  limit: number,
  isMore: boolean,
): FoundPage {
  const found = judgeRows(ask, rows);
  const shown = found.slice(0, limit);
  const end = found.length > limit ? shown.at(-1)?.place : isMore ? lastPlace(rows) : undefined;
  return { found: shown, next: end ? ['k', ...end] : null, plan, examined: rows.length };
}

export const toPlace = (k: Position[number] | undefined, id: Position[number] | undefined): Place | null =>
  k === undefined || id === undefined || id === '' ? null : [Number(k), String(id)];

export const placeOf = ([, k, id]: Position = []): Place | null => toPlace(k, id);
export const lastPlace = (rows: readonly Row[]): Place | undefined => {
  const last = rows.at(-1);
  return last && [last.k, last.id];
};
