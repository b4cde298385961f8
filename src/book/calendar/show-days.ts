import type { Currency } from '../../kernel/money.ts';
import type { Night } from '../../kernel/stay.ts';
import { type CalendarDay, calendarDays } from './read-calendar.ts';
import type { CalendarState } from './state.ts';

/** Prices are in the currency, which is null before there are any. */
export type ShownCalendar = { readonly currency: Currency | null; readonly days: readonly CalendarDay[] };

export const showDays = (
  state: CalendarState,
  range: { readonly from: Night; readonly to: Night },
  nowMs: number,
  side: 'host' | 'public',
): ShownCalendar => ({
  currency: state.rates?.currency ?? null,
  days: calendarDays(state, range, nowMs, side),
});
