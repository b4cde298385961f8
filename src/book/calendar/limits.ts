import { dayOfNight, type Night, type Weekday, weekdayOf } from '../../kernel/stay.ts';
import { nightAt } from '../../kernel/zone.ts';
import { minNightsBySeason } from '../../pricing/index.ts';
import type { Rules } from '../schemas.ts';
import type { CalendarState } from './state.ts';

/** What a host may say of single nights reaches as far as anybody could book them, and a year more. */
export const MAX_DAYS_AHEAD = 1_095;

/** The days, by number, on which a guest may come at the earliest and has to leave at the latest. */
export function bookableDays(
  { facts, rules }: CalendarState,
  nowMs: number,
): { firstCheckIn: number; lastCheckOut: number } {
  const { night, hour } = nightAt(nowMs, facts.timeZone);
  const today = dayOfNight(night);
  const isTooLate = rules.cutoffHour !== undefined && hour >= rules.cutoffHour;
  return {
    firstCheckIn: today + rules.noticeDays + (isTooLate ? 1 : 0),
    lastCheckOut: today + rules.bookingWindowDays,
  };
}

/** The date's own word, or else that of the check-in weekday, of the season, of the rules. */
export function minNightsFrom({ rules, rates, overrides }: CalendarState, checkIn: Night): number {
  return (
    overrides.get(checkIn)?.minNights ??
    rules.minNightsByCheckInDay?.[weekdayOf(checkIn)] ??
    (rates ? minNightsBySeason(rates, checkIn) : undefined) ??
    rules.minNights
  );
}

export const isDayAmong = (days: readonly Weekday[] | undefined, date: Night): boolean =>
  days === undefined || days.includes(weekdayOf(date));

/** What one stay needs after it and the next one before it may be the same nights. */
export function apartBy({ preparationNights }: Rules): number {
  const { before, after } = preparationNights ?? { before: 0, after: 0 };
  return Math.max(before, after);
}
