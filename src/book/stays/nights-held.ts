import type { Night, Stay } from '../../kernel/stay.ts';
import type { HeldStay } from '../facts.ts';
import { type Booking, holdsNights } from './booking.ts';

/** Which nights became free or taken; `to` is the first that did not. */
export type CalendarMove = { readonly from: Night; readonly to: Night; readonly available: boolean };

/** All the nights that a booking keeps, as the rows that keep them: its stay, and what an alteration adds to it. */
export function nightsHeldBy(booking: Booking | null): HeldStay[] {
  if (booking === null || !holdsNights(booking)) return [];
  const { id, status, stay, expiresAt, alteration } = booking;
  const kind = status === 'pending' ? 'held' : 'booked';
  const own: HeldStay = { bookingId: id, kind, ...stay, expiresAt };
  if (alteration === null) return [own];
  const added = nightsAdded(stay, alteration.stay).map((part): HeldStay => {
    return { bookingId: alteration.id, kind: 'held', ...part, expiresAt: alteration.expiresAt };
  });
  return [own, ...added];
}

/** The nights of `to` that are not nights of `from`, as at most two stays. */
export function nightsAdded(from: Stay, to: Stay): Stay[] {
  if (to.checkIn >= from.checkOut || to.checkOut <= from.checkIn) return [to];
  const parts = [
    { checkIn: to.checkIn, checkOut: from.checkIn },
    { checkIn: from.checkOut, checkOut: to.checkOut },
  ];
  return parts.filter(({ checkIn, checkOut }) => checkIn < checkOut);
}

/** What the calendar's readers see of a change. */
export function movesBetween(before: readonly HeldStay[], after: readonly HeldStay[]): CalendarMove[] {
  const without = (stays: readonly Stay[], others: readonly HeldStay[], available: boolean) =>
    others
      .reduce<readonly Stay[]>((left, other) => left.flatMap((stay) => nightsAdded(other, stay)), stays)
      .map(({ checkIn: from, checkOut: to }) => ({ from, to, available }));
  return [...without(before, after, true), ...without(after, before, false)];
}
