import type { Currency } from '../../kernel/money.ts';
import type { Stay } from '../../kernel/stay.ts';
import type { LocalTime } from '../../kernel/zone.ts';
import type { Guests, PriceLine } from '../../pricing/index.ts';
import type { ShownPayment } from '../money/payment.ts';
import type { CancellationPolicy, Rules } from '../schemas.ts';

/** An agreement about a stay, with everything that was agreed: what the host changes later is not in it. */
export type Booking = {
  readonly id: string;
  readonly guestId: string;
  readonly hostId: string;
  readonly status: 'pending' | 'confirmed' | 'completed' | 'cancelled';
  /** Whose turn it is while it is pending. */
  readonly awaiting: 'payment' | 'host' | null;
  readonly cause: CancelCause | null;
  readonly stay: Stay;
  readonly guests: Guests;
  readonly price: AgreedPrice;
  readonly terms: Terms;
  readonly promotion: { readonly code: string; readonly percentOff: number } | null;
  readonly message: string | null;
  readonly payment: PaymentState;
  /** The last one that anything was heard of. */
  readonly paidBy: ShownPayment | null;
  /** When it ends by itself while it is pending. */
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly confirmedAt: number | null;
  readonly cancelledAt: number | null;
  readonly completedAt: number | null;
  readonly noShow: boolean;
  /** What the host owes for having cancelled, in the currency of the price. */
  readonly penalty: number;
  readonly alteration: Alteration | null;
  /** What was said already of the moments that come by the clock alone; of a long stay, each payout. */
  readonly announced: readonly Moment[];
  readonly version: number;
};

/** The host's money is due; the time for reviews is over. */
export type Moment = 'payout' | 'reviews';

export type CancelCause =
  | 'guest'
  | 'host'
  | 'staff'
  | 'declined'
  | 'request_expired'
  | 'payment_expired'
  | 'payment_failed';

export type AgreedPrice = {
  readonly currency: Currency;
  readonly nights: readonly { readonly date: Stay['checkIn']; readonly price: number }[];
  readonly lines: readonly PriceLine[];
  readonly total: number;
  readonly hostEarns: number;
};

export type Terms = {
  readonly mode: Rules['bookingMode'];
  readonly policy: CancellationPolicy;
  readonly timeZone: string;
  readonly checkInFrom: LocalTime;
  readonly checkOutBy: LocalTime;
};

/** All in minor units of the price's currency. What is authorized can be taken, what is captured was. */
export type PaymentState = {
  readonly authorized: number;
  readonly captured: number;
  readonly refunded: number;
  /** Taken back by the guest's bank. */
  readonly disputed: number;
  /** Owed by the guest since an alteration made the stay dearer. */
  readonly owed: number;
};

export type Alteration = {
  readonly id: string;
  readonly by: 'guest' | 'host';
  readonly stay: Stay;
  readonly guests: Guests;
  readonly price: AgreedPrice;
  readonly expiresAt: number;
};

export const UNPAID: PaymentState = { authorized: 0, captured: 0, refunded: 0, disputed: 0, owed: 0 };

/** What is there to be given back. */
export const paidOf = ({ captured, refunded, disputed }: PaymentState): number =>
  captured - refunded - disputed;

/** Nights are kept for somebody who has not paid yet. */
export const isUnpaid = ({ status, awaiting }: Pick<Booking, 'status' | 'awaiting'>): boolean =>
  status === 'pending' && awaiting === 'payment';

export const holdsNights = ({ status }: Pick<Booking, 'status'>): boolean => status !== 'cancelled';
