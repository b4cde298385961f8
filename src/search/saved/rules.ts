import { DAY, HOUR } from '../../kernel/clock.ts';
import { dayOfNight } from '../../kernel/stay.ts';
import { comparePlaces, type Place } from '../find-rows.ts';
import type { Asked } from '../read-query.ts';

export const MAX_SAVED_SEARCHES = 20;
export const LOOK_EVERY_MS = DAY;
/** Of what fits, so many are looked at and remembered, the newest. */
export const MAX_SEEN = 100;
/** A page may be short where much is examined for little. */
export const MAX_PAGES = 5;
/** Named in a mail; the others are counted. */
export const MAX_NAMED = 10;

/** What fitted at a look. Nothing is known of what lies behind `end`; null when that was all there is. */
export type Seen = { readonly ids: readonly string[]; readonly end: Place | null };

/** What fits and did not before. What a look did not reach is not new because the next one does. */
export const newsOf = <F extends { readonly id: string; readonly place: Place }>(
  before: Seen,
  found: readonly F[],
): F[] =>
  found.filter(
    ({ id, place }) =>
      !before.ids.includes(id) && (before.end === null || comparePlaces(place, before.end) >= 0),
  );

/** The last day on which anybody could arrive has ended everywhere on earth. */
export const isOver = ({ stay, flexDays }: Asked, nowMs: number): boolean =>
  stay !== null && dayOfNight(stay.checkIn) + flexDays < Math.floor((nowMs - 12 * HOUR) / DAY);
