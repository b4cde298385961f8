import { dayOfNight, nightOfDay } from '../../kernel/stay.ts';
import type { HeldStay } from '../facts.ts';
import { apartBy } from './limits.ts';
import type { CalendarState } from './state.ts';

/** Why a single night can't be had, the strongest reason first. */
export const TAKEN_CODES = ['booked', 'held', 'blocked', 'imported', 'preparation'] as const;
export type TakenCode = (typeof TAKEN_CODES)[number];
export type TakenNight = { readonly codes: ReadonlySet<TakenCode>; readonly bookingId?: string };

/** Numbers of days, as of `dayOfNight`; `end` is not one of them. */
export type Days = { readonly first: number; readonly end: number };

/** A hold lets go of its nights at the very second of its expiry, whether or not anybody wrote it down. */
export const isHolding = ({ kind, expiresAt }: HeldStay, nowMs: number): boolean =>
  kind === 'booked' || expiresAt === null || nowMs < expiresAt;

/** The nights of a range that are taken, each with every reason, by the number of the day. */
export function takenNights(
  { rules, overrides, stays, imported }: CalendarState,
  within: Days,
  nowMs: number,
): ReadonlyMap<number, TakenNight> {
  const taken = new Map<number, { codes: Set<TakenCode>; bookingId?: string }>();
  const take = (code: TakenCode, { first, end }: Days, bookingId?: string) => {
    for (let day = Math.max(first, within.first); day < Math.min(end, within.end); day++) {
      const night = taken.get(day) ?? { codes: new Set() };
      night.codes.add(code);
      if (bookingId !== undefined) night.bookingId ??= bookingId;
      taken.set(day, night);
    }
  };

  const apart = apartBy(rules);
  for (const stay of stays) {
    if (!isHolding(stay, nowMs)) continue;
    const first = dayOfNight(stay.checkIn);
    const end = dayOfNight(stay.checkOut);
    take(stay.kind, { first, end }, stay.bookingId);
    take('preparation', { first: first - apart, end: first });
    take('preparation', { first: end, end: end + apart });
  }
  for (const { from, to } of imported) take('imported', { first: dayOfNight(from), end: dayOfNight(to) });
  for (let day = within.first; day < within.end; day++)
    if (overrides.get(nightOfDay(day))?.available === false) take('blocked', { first: day, end: day + 1 });
  return taken;
}
