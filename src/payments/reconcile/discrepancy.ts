import type { Payment } from '../../book/index.ts';

export const DISCREPANCY_KINDS = [
  'payment_missing_here',
  'payment_missing_there',
  'amount_differs',
  'currency_differs',
  'captured_there_only',
  'captured_here_only',
  'captured_twice',
  'refund_missing_here',
  'refund_missing_there',
  'refund_amount_differs',
  'transfer_differs',
  'dispute_unknown_here',
] as const;
export type DiscrepancyKind = (typeof DISCREPANCY_KINDS)[number];

export type Sum = { readonly amount: number; readonly currency: string };

/** Where our books and a provider's do not say the same. `subject` is what it is about, and one thing of its kind. */
export type Discrepancy = {
  readonly kind: DiscrepancyKind;
  readonly subject: string;
  readonly paymentId: string | null;
  /** What the provider calls the payment, so that it can be looked at again. */
  readonly reference: string | null;
  /** Null is what one side has nothing of, or does not tell. */
  readonly ours: Sum | null;
  readonly theirs: Sum | null;
};

export type OurPayment = Pick<
  Payment,
  'id' | 'bookingId' | 'provider' | 'amount' | 'currency' | 'reference' | 'told' | 'fate' | 'createdAt'
>;

/** Money that we mean to have passed on to a host. */
export type OurTransfer = {
  readonly id: string;
  /** Our key for it, which is in what the provider knows of the transfer, with or without the number of a try. */
  readonly effectId: string;
  readonly amount: number;
  readonly currency: string;
  readonly reference: string | null;
  /** Only what is `sent` or `paid` is with the provider. */
  readonly status: string;
  readonly at: number;
};
