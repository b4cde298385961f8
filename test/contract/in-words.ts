import { isTimeZone } from '../../src/kernel/zone.ts';

/**
 * Well-formed and refused all the same: what the contract says in words only. Each code is believed where the
 * request shows that it is so, given the value that the refusal points to and what stands beside it.
 */
type Beside = Readonly<Record<string, unknown>>;
type Words = Readonly<Record<string, (value: unknown, beside: Beside, all: unknown) => boolean>>;

const DAY_MS = 86_400_000;
const MAX_CALENDAR_NIGHTS = 731;
const MAX_CHANGED_NIGHTS = 2_000;
const MAX_STAY_NIGHTS = 730;
const MAX_WORDS = 8;
const TAG_LIST = /^(\*|(W\/)?"[^"\s]*"([ \t]*,[ \t]*(W\/)?"[^"\s]*")*)$/;

export const REFUSED_IN_WORDS: Words = {
  common_password: (value) => typeof value === 'string',
  invalid_cursor: (value) => typeof value === 'string',
  invalid_tag: (value) => !TAG_LIST.test(String(value)),
  unknown_time_zone: (value) => !isTimeZone(String(value)),
  too_precise: (value) => Number(Number(value).toFixed(2)) !== value,
  ends_before_start: (value, { from, checkInFrom }) =>
    from === undefined ? String(value) <= String(checkInFrom) : String(value) < String(from),
  max_below_min: (value, { minNights, priceMin }) => Number(value) < Number(minNights ?? priceMin),
  stay_without_night: (value, { checkIn }) => nightsBetween(checkIn, value) < 1,
  stay_too_long: (value, { checkIn }) => nightsBetween(checkIn, value) > MAX_STAY_NIGHTS,
  too_many_nights: (value, { from }) =>
    Array.isArray(value)
      ? value.reduce((sum, one) => sum + Math.max(0, nightsBetween(one.from, one.to) + 1), 0) >
        MAX_CHANGED_NIGHTS
      : nightsBetween(from, value) + 1 > MAX_CALENDAR_NIGHTS,
  no_words: (value) => !/[\p{L}\p{N}]/u.test(String(value)),
  too_many_words: (value) => (String(value).match(/[\p{L}\p{N}]+/gu) ?? []).length > MAX_WORDS,
  beyond_the_earth: (value) =>
    String(value)
      .split(',')
      .some((degrees) => Math.abs(Number(degrees)) > 90),
  inverted: (value) => Number(String(value).split(',')[3]) < Number(String(value).split(',')[1]),
  two_places: (_, { bbox }) => bbox !== undefined,
  near_required: (_, { near }) => near === undefined,
  required: (value, { checkIn, checkOut }) =>
    value === undefined && (checkIn === undefined) !== (checkOut === undefined),
  stay_required: (_, { checkIn, checkOut }) => checkIn === undefined && checkOut === undefined,
  duplicate_weekday: (value) => hasTwice(value),
  duplicate_threshold: (value, _, all) => timesIn(all, 'minNights', value) > 1,
  duplicate_code: (value, _, all) => timesIn(all, 'code', value) > 1,
  overlapping_season: (value, beside, all) =>
    allIn(all, 'seasons').some(
      (other) => other !== beside && String(other.from) <= String(value) && String(value) <= String(other.to),
    ),
};

export function isTrueInWords(code: string, pointer: string, all: unknown): boolean {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const value = at(all, steps);
  return REFUSED_IN_WORDS[code]?.(value, (at(all, steps.slice(0, -1)) ?? {}) as Beside, all) ?? false;
}

const at = (all: unknown, steps: readonly string[]): unknown =>
  steps.reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], all);

const allIn = (all: unknown, name: string): Beside[] =>
  ((all as Record<string, unknown>)[name] ?? []) as Beside[];

/** Of all thresholds or promotions. */
const timesIn = (all: unknown, name: string, value: unknown): number =>
  [...allIn(all, 'lengthOfStay'), ...allIn(all, 'promotions')].filter(
    (one) => name in one && String(one[name]).toUpperCase() === String(value).toUpperCase(),
  ).length;

const nightsBetween = (from: unknown, to: unknown): number =>
  (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS;

const hasTwice = (value: unknown): boolean => Array.isArray(value) && new Set(value).size < value.length;
