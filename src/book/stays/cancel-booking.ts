import { addNights, nightsOf } from '../../kernel/stay.ts';
import { nightAt } from '../../kernel/zone.ts';
import type { RefundPreview } from '../calendar/cancellation.ts';
import { type Call, type EventNote, isRefused, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import { sharesOfRefund } from '../money/ledger.ts';
import type { StoredFacts } from '../store/reader.ts';
import type { Transactor } from '../store/transactor.ts';
import { type Booking, paidOf } from './booking.ts';
import { changeBooking } from './change-booking.ts';
import { afterwards, checkInAt, NO_SHOW_WINDOW_MS } from './life.ts';
import { openBooking } from './open-booking.ts';
import { openCase } from './open-case.ts';
import { payableRefundFor, penaltyFor } from './refund.ts';

export type StaffCancellation = {
  readonly bookingId: string;
  readonly reason: string;
  readonly keepBlocked: boolean;
  readonly waivePenalty: boolean;
};

type Refusals = 'booking_not_found' | 'wrong_state' | 'not_the_host' | 'too_early' | 'too_late';

/** By whichever side asks: the guest gets back what the policy says, and everything when the host cancels. */
export function cancelBooking(
  tx: Transactor,
  call: Call,
  { bookingId, reason }: { bookingId: string; reason: string | null },
): Outcome<Booking, Refusals> {
  const opened = openBooking(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking, side } = opened;
  const moved = afterwards(booking, side === 'guest' ? 'cancelled_by_guest' : 'cancelled_by_host', call.now);
  if (moved === null) return refuse('wrong_state', [booking.status]);

  const refund = side === 'guest' ? payableRefundFor(tx, booking, call.now) : null;
  const penalty = side === 'host' ? penaltyFor(booking, call.now) : 0;
  return end(tx, call, { booking, moved: { ...moved, penalty }, refund, data: { by: side, reason } });
}

/** By staff, whatever was agreed: the guest gets everything back, and the host owes what a host would. */
export function cancelBookingAsStaff(
  tx: Transactor,
  call: Call,
  { bookingId, reason, keepBlocked, waivePenalty }: StaffCancellation,
): Outcome<Booking, Refusals | 'own_booking'> {
  const opened = openCase(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking, facts } = opened;
  const moved = afterwards(booking, 'cancelled_by_staff', call.now);
  if (moved === null) return refuse('wrong_state', [booking.status]);

  const penalty = waivePenalty ? 0 : penaltyFor(booking, call.now);
  // Before the nights are free: nobody who waits is offered what stays closed.
  const event = keepBlocked ? closeNights(tx, call, facts, booking) : null;
  const data = { by: 'staff', reason, keepBlocked, penalty };
  return end(tx, call, { booking, moved: { ...moved, penalty }, refund: null, data, event });
}

/** Those that are still ahead; the host may open them again. */
function closeNights(tx: Transactor, call: Call, facts: StoredFacts, { stay }: Booking): EventNote | null {
  const today = nightAt(call.now, facts.timeZone).night;
  const before = tx.overrides(stay.checkIn, stay.checkOut);
  const closed = nightsOf(stay).filter((night) => night >= today && before.get(night)?.available !== false);
  if (closed.length === 0) return null;
  for (const night of closed) tx.override(night, { available: false, ...before.get(night) });
  return {
    type: 'calendar.changed',
    data: {
      nights: closed.map((night) => ({ night, available: false, ...before.get(night) })),
      calendar: closed.map((night) => ({ from: night, to: addNights(night, 1), available: false })),
    },
    previous: { nights: closed.map((night) => ({ night, ...before.get(night) })) },
  };
}

/** The guest did not come: it settles as if they had cancelled at check-in. */
export function markNoShow(
  tx: Transactor,
  call: Call,
  { bookingId, reason }: { bookingId: string; reason: string | null },
): Outcome<Booking, Refusals> {
  const opened = openBooking(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  const { booking, side } = opened;
  if (side !== 'host') return refuse('not_the_host');
  const moved = afterwards(booking, 'no_show', call.now);
  if (moved === null) return refuse('wrong_state', [booking.status]);
  const from = checkInAt(booking);
  if (call.now < from) return refuse('too_early');
  if (call.now > from + NO_SHOW_WINDOW_MS) return refuse('too_late');

  const refund = payableRefundFor(tx, booking, from);
  return end(tx, call, { booking, moved, refund, data: { by: side, noShow: true, reason } });
}

type End = {
  readonly booking: Booking;
  readonly moved: Booking;
  /** What the policy gives back; everything where it has no say. */
  readonly refund: RefundPreview | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly event?: EventNote | null;
};

function end(
  tx: Transactor,
  call: Call,
  { booking, moved, refund, data, event }: End,
): Outcome<Booking, never> {
  const { payment } = booking;
  const back = refund?.refund ?? paidOf(payment);
  const credited = refund ? sharesOfRefund(booking.price, refund.lines) : undefined;
  const after = {
    ...moved,
    payment: { ...payment, authorized: 0, refunded: payment.refunded + back, owed: 0 },
  };
  const kept = changeBooking(tx, call, {
    before: booking,
    after,
    type: 'booking.cancelled',
    at: call.now,
    credited,
  });
  const audit = { action: 'booking.cancelled', data: { bookingId: booking.id, ...data } };
  return commit(tx, call, { audit, ...(event ? { event } : {}), value: kept });
}
