import { addNights, dayOfNight, type Night, type Stay } from '../kernel/stay.ts';
import { nightAt } from '../kernel/zone.ts';
import type { Rates } from '../pricing/index.ts';
import { MAX_DAYS_AHEAD } from './calendar/limits.ts';
import { loadState } from './calendar/load-state.ts';
import type { CalendarState } from './calendar/state.ts';
import { takenNights } from './calendar/taken.ts';
import { type Call, refuse } from './command.ts';
import type { PropertyStatus } from './facts.ts';
import type { Rules } from './schemas.ts';
import type { Head, Reader } from './store/reader.ts';

/** All by which nights are sold and priced, of nobody: without who stays, notes and promotion codes. */
export type Sale = {
  readonly facts: CalendarState['facts'];
  readonly rules: Rules;
  readonly rates: Rates;
  readonly overrides: readonly (readonly [
    Night,
    { available?: boolean; price?: number; minNights?: number },
  ])[];
  readonly stays: readonly (Stay & Pick<CalendarState['stays'][number], 'kind' | 'expiresAt'>)[];
  readonly imported: readonly { readonly from: Night; readonly to: Night }[];
};

export type BookForSearch = Head & {
  readonly status: PropertyStatus;
  readonly publishedAt: number | null;
  /** Null while it can't be sold. */
  readonly sale: Sale | null;
  /** The number of a day, and from it on for each night whether it is taken for good: 1 or 0. */
  readonly takenFrom: number;
  readonly taken: string;
};

const DAYS_BACK = 2;

export function readForSearch(reader: Reader, call: Call) {
  const facts = reader.facts();
  if (facts === null) return refuse('unopened');
  const today = nightAt(call.now, facts.timeZone).night;
  const state = loadState(reader, facts, addNights(today, -DAYS_BACK), addNights(today, MAX_DAYS_AHEAD + 1));
  return {
    ok: true,
    value: toBookForSearch({ ...reader.head(), publishedAt: facts.publishedAt }, state, call.now),
  } as const;
}

/** What search has to know of a book. Holds may end by themselves, so no night counts as taken by one. */
export function toBookForSearch(
  { epoch, version, publishedAt }: Pick<BookForSearch, 'epoch' | 'version' | 'publishedAt'>,
  state: CalendarState,
  nowMs: number,
): BookForSearch {
  const { facts, rates } = state;
  const first = dayOfNight(nightAt(nowMs, facts.timeZone).night) - DAYS_BACK;
  const within = { first, end: first + DAYS_BACK + MAX_DAYS_AHEAD + 1 };
  const lasting = state.stays.filter(({ expiresAt }) => expiresAt === null);
  const taken = takenNights({ ...state, stays: lasting }, within, nowMs);
  const nights = Array.from({ length: within.end - first }, (_, at) => (taken.has(first + at) ? '1' : '0'));
  return {
    ...{ epoch, version, publishedAt, status: facts.status },
    ...{ takenFrom: first, taken: nights.join('').replace(/0+$/, '') },
    sale: rates && toSale(state, rates),
  };
}

function toSale({ facts, rules, overrides, stays, imported }: CalendarState, rates: Rates): Sale {
  const { timeZone, capacity, petsAllowed, status } = facts;
  const { promotions: _, ...plain } = rates;
  return {
    facts: { timeZone, capacity, petsAllowed, status },
    rules,
    rates: plain,
    overrides: [...overrides].flatMap(([night, { note: _, ...said }]) =>
      Object.keys(said).length === 0 ? [] : [[night, said] as const],
    ),
    stays: stays.map(({ kind, checkIn, checkOut, expiresAt }) => ({ kind, checkIn, checkOut, expiresAt })),
    imported: imported.map(({ from, to }) => ({ from, to })),
  };
}

/** The state by which a stay is decided, as it was told. */
export const toCalendarState = ({ overrides, stays, imported, ...sale }: Sale): CalendarState => ({
  ...sale,
  overrides: new Map(overrides),
  stays: stays.map((stay) => ({ bookingId: '', ...stay })),
  imported: imported.map((block) => ({ uid: '', ...block })),
});
