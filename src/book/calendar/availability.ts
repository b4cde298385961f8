import { compareNights, dayOfNight, type Night, nightOfDay, type Stay } from '../../kernel/stay.ts';
import type { Guests } from '../../pricing/index.ts';
import { bookableDays, isDayAmong, minNightsFrom } from './limits.ts';
import type { CalendarState } from './state.ts';
import { TAKEN_CODES, takenNights } from './taken.ts';

export const CAUSE_CODES = [
  ...TAKEN_CODES,
  'notice',
  'window',
  'min_nights',
  'max_nights',
  'check_in_day',
  'check_out_day',
  'capacity',
  'pets',
  'not_published',
] as const;
export type CauseCode = (typeof CAUSE_CODES)[number];
export type Cause = { readonly code: CauseCode; readonly date?: Night };

/**
 * Everything that keeps these guests from this stay, in the order of the codes and then of the dates;
 * nothing where it is available. Without these causes it would be available.
 */
export function causesAgainst(
  state: CalendarState,
  { stay, guests }: { readonly stay: Stay; readonly guests: Guests },
  nowMs: number,
): Cause[] {
  const { facts, rules } = state;
  const { checkIn, checkOut } = stay;
  const days = { first: dayOfNight(checkIn), end: dayOfNight(checkOut) };
  const nights = days.end - days.first;
  const { firstCheckIn, lastCheckOut } = bookableDays(state, nowMs);

  const causes: Cause[] = [];
  const taken = takenNights(state, days, nowMs);
  for (const code of TAKEN_CODES)
    for (let day = days.first; day < days.end; day++)
      if (taken.get(day)?.codes.has(code)) causes.push({ code, date: nightOfDay(day) });

  if (days.first < firstCheckIn) causes.push({ code: 'notice', date: checkIn });
  if (days.end > lastCheckOut) causes.push({ code: 'window', date: checkOut });
  if (nights < minNightsFrom(state, checkIn)) causes.push({ code: 'min_nights' });
  if (nights > rules.maxNights) causes.push({ code: 'max_nights' });
  if (!isDayAmong(rules.checkInDays, checkIn)) causes.push({ code: 'check_in_day', date: checkIn });
  if (!isDayAmong(rules.checkOutDays, checkOut)) causes.push({ code: 'check_out_day', date: checkOut });
  if (guests.adults + guests.children > facts.capacity) causes.push({ code: 'capacity' });
  if (guests.pets > 0 && !facts.petsAllowed) causes.push({ code: 'pets' });
  if (facts.status !== 'published') causes.push({ code: 'not_published' });
  return causes;
}

/** The public learns of a taken night that it is taken, and not by whom or why. */
export function forPublic(causes: readonly Cause[]): Cause[] {
  const isTaken = ({ code }: Cause) => TAKEN_CODES.some((taken) => taken === code);
  const dates = causes.flatMap((cause) => (isTaken(cause) && cause.date !== undefined ? [cause.date] : []));
  return [
    ...[...new Set(dates)].sort(compareNights).map((date) => ({ code: 'booked' as const, date })),
    ...causes.filter((cause) => !isTaken(cause)),
  ];
}
