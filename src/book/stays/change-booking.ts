import type { Call } from '../command.ts';
import type { HeldStay } from '../facts.ts';
import type { Shares } from '../money/ledger.ts';
import { moveMoney } from '../money/move-money.ts';
import { oweHost } from '../money/owe-host.ts';
import type { Transactor } from '../store/transactor.ts';
import type { Booking } from './booking.ts';
import { nextAhead } from './life.ts';
import { movesBetween, nightsHeldBy } from './nights-held.ts';
import { offerFreedNights } from './offer-nights.ts';

type Change = {
  readonly before: Booking | null;
  readonly after: Booking;
  readonly type: string;
  /** When it happened, which may be before anybody noticed. */
  readonly at: number;
  /** Whose parts a refund is taken from. */
  readonly credited?: Shares | undefined;
};

/**
 * Writes a booking as it is now with all that follows from it: the nights it keeps, its next moment, its
 * event, its copy for D1, and who gets the nights that it frees.
 */
export function changeBooking(
  tx: Transactor,
  call: Call,
  { before, after, type, at, credited }: Change,
): Booking {
  const kept: Booking = { ...after, version: (before?.version ?? 0) + 1 };
  const [had, has] = [nightsHeldBy(before), nightsHeldBy(kept)];
  const moves = movesBetween(had, has);
  tx.keep(kept);
  moveNights(tx, had, has);
  tx.setDue('booking', kept.id, nextAhead(kept)?.at ?? null);
  if (moves.length > 0) tx.touchCalendar(call.now);
  tx.append({
    type,
    at,
    actorKind: call.actorKind,
    actorId: call.accountId,
    data: { booking: factsOf(kept), calendar: moves },
    previous: before && { booking: factsOf(before) },
  });
  if (kept.status === 'cancelled') tx.usePromotion(kept.id, null);
  moveMoney(tx, { before, after: kept, credited, at: call.now });
  oweHost(tx, kept, call.now);
  tx.post('booking', kept.id, { epoch: tx.head().epoch, booking: kept }, call.now);
  for (const { from, to, available } of moves) {
    if (available) offerFreedNights(tx, call, { checkIn: from, checkOut: to });
  }
  return kept;
}

/** What goes goes first, so that a booking may take the place of its own alteration. */
function moveNights(tx: Transactor, had: readonly HeldStay[], has: readonly HeldStay[]): void {
  const left = new Set(has.map(keyOf));
  const kept = new Set(had.map(keyOf));
  for (const row of had) if (!left.has(keyOf(row))) tx.free(row.checkIn);
  for (const row of has) {
    if (!kept.has(keyOf(row))) tx.take(row);
    else if (!had.some((one) => JSON.stringify(one) === JSON.stringify(row))) tx.mark(row);
  }
}

const keyOf = ({ bookingId, checkIn, checkOut }: HeldStay) => `${bookingId} ${checkIn} ${checkOut}`;

/** What an event says of a booking: enough to follow it, and nothing personal. */
const factsOf = ({ id, status, awaiting, cause, stay, guests, price, payment, version }: Booking) => ({
  id,
  status,
  awaiting,
  cause,
  ...stay,
  guests,
  total: price.total,
  currency: price.currency,
  payment,
  version,
});
