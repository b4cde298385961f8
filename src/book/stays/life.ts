import { DAY, HOUR, MINUTE } from '../../kernel/clock.ts';
import { addNights } from '../../kernel/stay.ts';
import { localToInstant } from '../../kernel/zone.ts';
import { nextPayoutAt } from '../money/payout-moments.ts';
import type { Booking, CancelCause, Moment } from './booking.ts';

/** How long somebody is waited for, and when what happens by the clock. */
export const PAYMENT_HOLD_MS = 15 * MINUTE;
export const REQUEST_LIFE_MS = DAY;
export const ALTERATION_LIFE_MS = DAY;
export const NO_SHOW_WINDOW_MS = DAY;
export const REVIEW_DAYS = 14;
export const OFFER_LIFE_MS = 30 * MINUTE;
export const MAX_UNPAID_HOLDS = 3;
/** How long after its hold somebody may still pay, before the payment is called off. */
export const LATE_PAYMENT_MS = HOUR;
export const DIFFERENCE_LIFE_MS = DAY;

/** What can happen to a booking. */
export type Happening =
  | 'paid'
  | 'paid_late'
  | 'payment_failed'
  | 'hold_ran_out'
  | 'accepted'
  | 'declined'
  | 'request_ran_out'
  | 'cancelled_by_guest'
  | 'cancelled_by_host'
  | 'cancelled_by_staff'
  | 'no_show'
  | 'checked_out';

/** Where a booking can be; a pending one waits for somebody. */
export type Place = 'awaiting_payment' | 'awaiting_host' | 'confirmed' | 'completed' | 'cancelled';

type Step = {
  readonly from: Place;
  readonly on: Happening;
  readonly to: Place;
  /** Where it matters how the property is booked. */
  readonly mode?: Booking['terms']['mode'];
  readonly cause?: CancelCause;
  /** Where it matters why it was cancelled. */
  readonly after?: CancelCause;
};

/** Every way there is; what is not here can't happen. The diagram in docs/booking.md is made of this table. */
export const STEPS: readonly Step[] = [
  { from: 'awaiting_payment', on: 'paid', to: 'confirmed', mode: 'instant' },
  { from: 'awaiting_payment', on: 'paid', to: 'awaiting_host', mode: 'request' },
  { from: 'awaiting_payment', on: 'hold_ran_out', to: 'cancelled', cause: 'payment_expired' },
  { from: 'awaiting_payment', on: 'cancelled_by_guest', to: 'cancelled', cause: 'guest' },
  { from: 'awaiting_payment', on: 'cancelled_by_host', to: 'cancelled', cause: 'host' },
  { from: 'awaiting_payment', on: 'cancelled_by_staff', to: 'cancelled', cause: 'staff' },
  { from: 'awaiting_host', on: 'accepted', to: 'confirmed' },
  { from: 'awaiting_host', on: 'declined', to: 'cancelled', cause: 'declined' },
  { from: 'awaiting_host', on: 'request_ran_out', to: 'cancelled', cause: 'request_expired' },
  { from: 'awaiting_host', on: 'cancelled_by_guest', to: 'cancelled', cause: 'guest' },
  { from: 'awaiting_host', on: 'cancelled_by_host', to: 'cancelled', cause: 'host' },
  { from: 'awaiting_host', on: 'cancelled_by_staff', to: 'cancelled', cause: 'staff' },
  { from: 'confirmed', on: 'cancelled_by_guest', to: 'cancelled', cause: 'guest' },
  { from: 'confirmed', on: 'cancelled_by_host', to: 'cancelled', cause: 'host' },
  { from: 'confirmed', on: 'cancelled_by_staff', to: 'cancelled', cause: 'staff' },
  { from: 'confirmed', on: 'payment_failed', to: 'cancelled', cause: 'payment_failed' },
  { from: 'confirmed', on: 'no_show', to: 'cancelled', cause: 'guest' },
  { from: 'confirmed', on: 'checked_out', to: 'completed' },
  { from: 'cancelled', on: 'paid_late', to: 'confirmed', mode: 'instant', after: 'payment_expired' },
  { from: 'cancelled', on: 'paid_late', to: 'awaiting_host', mode: 'request', after: 'payment_expired' },
];

export const placeOf = ({ status, awaiting }: Pick<Booking, 'status' | 'awaiting'>): Place =>
  status === 'pending' ? (awaiting === 'host' ? 'awaiting_host' : 'awaiting_payment') : status;

export const stepFor = (booking: Booking, on: Happening): Step | null =>
  STEPS.find(
    ({ from, on: happening, mode, after }) =>
      from === placeOf(booking) &&
      happening === on &&
      (mode === undefined || mode === booking.terms.mode) &&
      (after === undefined || after === booking.cause),
  ) ?? null;

/** The booking after something has happened to it at some moment; null where it can't happen. */
export function afterwards(booking: Booking, on: Happening, atMs: number): Booking | null {
  const step = stepFor(booking, on);
  if (step === null) return null;
  const moved = { ...booking, expiresAt: null, awaiting: null, cause: null, cancelledAt: null };
  switch (step.to) {
    case 'awaiting_payment':
      return null;
    case 'awaiting_host':
      return {
        ...moved,
        status: 'pending',
        awaiting: 'host',
        expiresAt: requestEndsAt(booking, atMs),
      };
    case 'confirmed':
      return { ...moved, status: 'confirmed', confirmedAt: atMs };
    case 'completed':
      return { ...moved, status: 'completed', completedAt: atMs, alteration: null };
    case 'cancelled':
      return {
        ...moved,
        status: 'cancelled',
        cause: step.cause ?? null,
        cancelledAt: atMs,
        noShow: on === 'no_show',
        alteration: null,
      };
  }
}

/** Before check-in, unless the guest asks for a night that has begun. */
function requestEndsAt(booking: Booking, atMs: number): number {
  const checkIn = checkInAt(booking);
  return Math.min(atMs + REQUEST_LIFE_MS, checkIn > atMs ? checkIn : checkOutAt(booking));
}

export const checkInAt = ({ stay, terms }: Pick<Booking, 'stay' | 'terms'>): number =>
  localToInstant(stay.checkIn, terms.checkInFrom, terms.timeZone);

export const checkOutAt = ({ stay, terms }: Pick<Booking, 'stay' | 'terms'>): number =>
  localToInstant(stay.checkOut, terms.checkOutBy, terms.timeZone);

/** What the clock will do next to a booking, and when; null for one that has nothing ahead of it. */
export type Ahead = {
  readonly at: number;
  readonly what: 'hold_ran_out' | 'request_ran_out' | 'checked_out' | 'alteration_ran_out' | Moment;
};

export function nextAhead(booking: Booking): Ahead | null {
  const ahead: Ahead[] = [];
  const { status, awaiting, expiresAt, alteration, announced } = booking;
  if (status === 'pending' && expiresAt !== null) {
    ahead.push({ at: expiresAt, what: awaiting === 'host' ? 'request_ran_out' : 'hold_ran_out' });
  }
  if (alteration !== null) ahead.push({ at: alteration.expiresAt, what: 'alteration_ran_out' });
  if (status === 'confirmed') ahead.push({ at: checkOutAt(booking), what: 'checked_out' });
  const payoutAt = nextPayoutAt(booking);
  if (payoutAt !== null) ahead.push({ at: payoutAt, what: 'payout' });
  if (hasBegun(booking) && !announced.includes('reviews')) {
    ahead.push({ at: reviewsEndAt(booking), what: 'reviews' });
  }
  return ahead.reduce<Ahead | null>(
    (first, one) => (first === null || one.at < first.at ? one : first),
    null,
  );
}

/** A stay that is over, or was cancelled on the day of check-in or later, may be written about. */
const hasBegun = ({ status, cancelledAt, ...booking }: Booking): boolean =>
  status === 'completed' ||
  (status === 'cancelled' &&
    cancelledAt !== null &&
    cancelledAt >= localToInstant(booking.stay.checkIn, '00:00', booking.terms.timeZone));

export const reviewsEndAt = ({ stay, terms }: Pick<Booking, 'stay' | 'terms'>): number =>
  localToInstant(addNights(stay.checkOut, REVIEW_DAYS), terms.checkOutBy, terms.timeZone);
