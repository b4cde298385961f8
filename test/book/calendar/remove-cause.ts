import type { Cause } from '../../../src/book/calendar/availability.ts';
import type { CalendarState } from '../../../src/book/calendar/state.ts';
import type { Rules } from '../../../src/book/schemas.ts';
import { type Night, nightsBetween, type Stay, weekdayOf } from '../../../src/kernel/stay.ts';
import { nightAt } from '../../../src/kernel/zone.ts';
import type { Guests } from '../../../src/pricing/index.ts';

/** What somebody would have to do about one cause, done; and nothing else. */
export type Case = { state: CalendarState; nowMs: number; asked: { stay: Stay; guests: Guests } };

export function removeCause(given: Case, { code, date }: Cause): Case {
  const { state, nowMs, asked } = given;
  const { stay, guests } = asked;
  const { facts, rules, overrides } = state;
  const change = (more: Partial<CalendarState>): Case => ({ ...given, state: { ...state, ...more } });
  const rule = (more: Partial<Rules>) => change({ rules: { ...rules, ...more } });
  const nights = nightsBetween(stay.checkIn, stay.checkOut);

  switch (code) {
    case 'booked':
    case 'held':
      return change({
        stays: state.stays.filter(
          (held) => held.kind !== code || !isWithin(date, held.checkIn, held.checkOut),
        ),
      });
    case 'blocked': {
      const { available: _, ...rest } = overrides.get(date as Night) ?? {};
      return change({ overrides: new Map([...overrides, [date as Night, rest]]) });
    }
    case 'imported':
      return change({ imported: state.imported.filter(({ from, to }) => !isWithin(date, from, to)) });
    case 'preparation': {
      const { preparationNights: _, ...rest } = rules;
      return change({ rules: rest });
    }
    case 'notice':
      return withoutNotice(given);
    case 'window': {
      const today = nightAt(nowMs, facts.timeZone).night;
      return rule({ bookingWindowDays: nightsBetween(today, stay.checkOut) });
    }
    case 'min_nights':
      return change({
        overrides: new Map([
          ...overrides,
          [stay.checkIn, { ...overrides.get(stay.checkIn), minNights: nights }],
        ]),
      });
    case 'max_nights':
      return rule({ maxNights: nights });
    case 'check_in_day':
      return rule({ checkInDays: [...(rules.checkInDays ?? []), weekdayOf(stay.checkIn)] });
    case 'check_out_day':
      return rule({ checkOutDays: [...(rules.checkOutDays ?? []), weekdayOf(stay.checkOut)] });
    case 'capacity':
      return change({ facts: { ...facts, capacity: guests.adults + guests.children } });
    case 'pets':
      return change({ facts: { ...facts, petsAllowed: true } });
    case 'not_published':
      return change({ facts: { ...facts, status: 'published' } });
  }
}

/**
 * The clock goes back until the notice suffices, with a day to spare for changes of the hour. The last day
 * of the window stays where it is, and holds that are over stay over: these are other causes.
 */
function withoutNotice({ state, nowMs, asked }: Case): Case {
  const { rules, facts } = state;
  const { night: today } = nightAt(nowMs, facts.timeZone);
  const daysBack = nightsBetween(asked.stay.checkIn, today) + rules.noticeDays + 2;
  const then = nowMs - daysBack * 86_400_000;
  const passed = nightsBetween(nightAt(then, facts.timeZone).night, today);
  const stays = state.stays.filter(({ expiresAt }) => expiresAt === null || nowMs < expiresAt);
  const bookingWindowDays = rules.bookingWindowDays + passed;
  return { asked, nowMs: then, state: { ...state, stays, rules: { ...rules, bookingWindowDays } } };
}

const isWithin = (date: Night | undefined, from: Night, to: Night) =>
  date !== undefined && from <= date && date < to;
