import type { Currency } from '../../kernel/money.ts';

/**
 * One way in which a booking was to be paid. What the provider told is added up so that neither order nor
 * repetition matters; what was decided about it is decided once.
 */
export type Payment = {
  readonly id: string;
  readonly bookingId: string;
  readonly provider: 'stripe' | 'mpesa';
  /** The stay, or what an alteration added to its price. */
  readonly purpose: 'stay' | 'difference';
  readonly amount: number;
  readonly currency: Currency;
  /** What the provider calls it; null until it has answered. */
  readonly reference: string | null;
  /** Of the address that a provider without signatures calls. */
  readonly tokenHash: string | null;
  readonly phone: string | null;
  readonly told: Told;
  readonly fate: Fate;
  readonly createdAt: number;
  readonly version: number;
};

/** `taken` pays for nights that are owned; `returned` goes back whole, for a reason. */
export type Fate =
  | { readonly kind: 'waiting' | 'taken' }
  | { readonly kind: 'returned'; readonly why: ReturnReason };
export type ReturnReason =
  | 'nights_taken'
  | 'offer_ended'
  | 'booking_cancelled'
  | 'paid_already'
  | 'amount_differs'
  | 'let_go'
  | 'never_paid'
  | 'capture_refused';

export type Told = {
  readonly authorized: boolean;
  readonly failed: boolean;
  readonly voided: boolean;
  readonly captured: number;
  readonly receipt: string | null;
  /** By what the provider calls each. */
  readonly refunds: Readonly<Record<string, number>>;
  readonly failedRefunds: Readonly<Record<string, number>>;
  readonly disputes: Readonly<Record<string, Dispute>>;
};
export type Dispute = { readonly amount: number; readonly outcome: 'open' | 'won' | 'lost' };

export const NOTHING_TOLD: Told = {
  authorized: false,
  failed: false,
  voided: false,
  captured: 0,
  receipt: null,
  refunds: {},
  failedRefunds: {},
  disputes: {},
};

/** What a provider says of a payment of ours, in our words. */
export type PaymentEvent = {
  readonly source: Payment['provider'];
  readonly eventId: string;
  readonly at: number;
  readonly kind:
    | 'authorized'
    | 'captured'
    | 'failed'
    | 'voided'
    | 'refunded'
    | 'refund_failed'
    | 'disputed'
    | 'dispute_won'
    | 'dispute_lost';
  readonly paymentId: string;
  readonly reference: string;
  /** Null from one who was asked, and tells that it was paid but not how much: what was asked for. */
  readonly amount: number | null;
  readonly currency: string;
  readonly receipt: string | null;
  /** What a message without a signature has to know of the payment that it speaks of. */
  readonly proof?: { readonly reference: string; readonly phone: string | null };
};

/** An event of which the amount is known. */
export type Heard = Pick<PaymentEvent, 'kind' | 'reference' | 'receipt'> & { readonly amount: number };

/** Adds what one event says: the same sum in whatever order they come, and however often. */
export function addTold(told: Told, event: Heard): Told {
  const { kind, reference, amount } = event;
  const receipt = event.receipt ?? told.receipt;
  switch (kind) {
    case 'authorized':
      return { ...told, authorized: true, receipt };
    case 'captured':
      return { ...told, captured: Math.max(told.captured, amount), receipt };
    case 'failed':
      return { ...told, failed: true };
    case 'voided':
      return { ...told, voided: true };
    case 'refunded':
      return { ...told, refunds: { ...told.refunds, [reference]: amount } };
    case 'refund_failed':
      return { ...told, failedRefunds: { ...told.failedRefunds, [reference]: amount } };
    case 'disputed':
    case 'dispute_won':
    case 'dispute_lost':
      return { ...told, disputes: { ...told.disputes, [reference]: later(told.disputes[reference], event) } };
  }
}

const OUTCOMES = { disputed: 'open', dispute_won: 'won', dispute_lost: 'lost' } as const;

/** A dispute that was opened and one that has ended is one that has ended. */
function later(known: Dispute | undefined, { kind, amount }: Heard): Dispute {
  const outcome = OUTCOMES[kind as keyof typeof OUTCOMES];
  return known && known.outcome !== 'open' ? known : { amount, outcome };
}

/** A refund that failed after all gave nothing back. */
export const refundedOf = ({ refunds, failedRefunds }: Told): number =>
  Object.entries(refunds).reduce(
    (sum, [reference, amount]) => (Object.hasOwn(failedRefunds, reference) ? sum : sum + amount),
    0,
  );

/** What a booking shows of its payment. */
export type ShownPayment = Pick<Payment, 'id' | 'provider'> & { readonly status: PaymentStatus };
export const shownOf = (payment: Payment): ShownPayment => ({
  id: payment.id,
  provider: payment.provider,
  status: statusOf(payment),
});

export const PAYMENT_STATUSES = [
  'pending',
  'authorized',
  'captured',
  'partially_refunded',
  'refunded',
  'voided',
  'failed',
  'disputed',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export function statusOf({ told }: Pick<Payment, 'told'>): PaymentStatus {
  const { captured, disputes } = told;
  if (Object.values(disputes).some(({ outcome }) => outcome !== 'won')) return 'disputed';
  const refunded = refundedOf(told);
  if (captured > 0)
    return refunded === 0 ? 'captured' : refunded < captured ? 'partially_refunded' : 'refunded';
  if (told.voided) return 'voided';
  if (told.authorized) return 'authorized';
  return told.failed ? 'failed' : 'pending';
}
