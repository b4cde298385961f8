import { dayOfNight, type Night, nightOfDay } from '../../kernel/stay.ts';
import { nightlyPrice } from '../../pricing/index.ts';
import type { CauseCode } from './availability.ts';
import { bookableDays, isDayAmong, minNightsFrom } from './limits.ts';
import type { CalendarState } from './state.ts';
import { TAKEN_CODES, takenNights } from './taken.ts';

export type CalendarDay = {
  readonly date: Night;
  /** Whether this night can still be sold. */
  readonly available: boolean;
  /** Null before the host has said a price. */
  readonly price: number | null;
  /** For guests who come on this date. */
  readonly minNights: number;
  readonly closedToArrival: boolean;
  readonly closedToDeparture: boolean;
  /** These three are for the host's side alone; the cause is the first of what may be several. */
  readonly cause?: CauseCode;
  readonly bookingId?: string;
  readonly note?: string;
};

/** The nights from the first to the last, both included, by the rules that decide about stays. */
export function calendarDays(
  state: CalendarState,
  { from, to }: { readonly from: Night; readonly to: Night },
  nowMs: number,
  side: 'host' | 'public',
): CalendarDay[] {
  const { facts, rules, rates, overrides } = state;
  const days = { first: dayOfNight(from), end: dayOfNight(to) + 1 };
  const taken = takenNights(state, days, nowMs);
  const { firstCheckIn, lastCheckOut } = bookableDays(state, nowMs);
  const prices = ownPrices(state);

  const causeOn = (day: number): CauseCode | undefined => {
    const codes = taken.get(day)?.codes;
    if (codes) return TAKEN_CODES.find((code) => codes.has(code));
    if (day < firstCheckIn) return 'notice';
    if (day >= lastCheckOut) return 'window';
    return facts.status === 'published' ? undefined : 'not_published';
  };

  return Array.from({ length: Math.max(0, days.end - days.first) }, (_, index): CalendarDay => {
    const day = days.first + index;
    const date = nightOfDay(day);
    const cause = causeOn(day);
    const shown = {
      date,
      available: cause === undefined,
      price: rates && nightlyPrice(rates, date, prices),
      minNights: minNightsFrom(state, date),
      closedToArrival: cause !== undefined || !isDayAmong(rules.checkInDays, date),
      closedToDeparture: !isDayAmong(rules.checkOutDays, date),
    };
    if (side === 'public') return shown;
    const bookingId = taken.get(day)?.bookingId;
    const note = overrides.get(date)?.note;
    return {
      ...shown,
      ...(cause !== undefined && { cause }),
      ...(bookingId !== undefined && { bookingId }),
      ...(note !== undefined && { note }),
    };
  });
}

function ownPrices({ overrides }: CalendarState): Map<Night, number> {
  const prices = new Map<Night, number>();
  for (const [date, { price }] of overrides) if (price !== undefined) prices.set(date, price);
  return prices;
}
