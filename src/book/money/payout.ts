import type { Currency } from '../../kernel/money.ts';
import type { Payment } from './payment.ts';

/**
 * A part of what a booking brings its host, on its way from the day on which it is due. Below zero it is what the
 * host owes us after all. Once made its amount is settled with the host's balance, whatever has to be tried
 * until the money is there.
 */
export type Payout = {
  readonly id: string;
  /** For the balance and the provider, which do the same key once: a book that was set back asks under it again. */
  readonly key: string;
  /** Its place among those of its booking. */
  readonly number: number;
  readonly bookingId: string;
  readonly hostId: string;
  readonly amount: number;
  /** What goes out: the amount with what the balance added or took. Null until the balance was asked. */
  readonly sent: number | null;
  /** Whether the balance still has something that can be sent. */
  readonly left: boolean;
  readonly currency: Currency;
  readonly status: PayoutStatus;
  /** How often it was begun anew, after it was refused or could not be sent. */
  readonly attempt: number;
  /** How often it was asked for without an answer since. */
  readonly asked: number;
  readonly provider: Payment['provider'] | null;
  readonly reference: string | null;
  /** Why it waits or has failed. */
  readonly reason: string | null;
  readonly createdAt: number;
  readonly paidAt: number | null;
  readonly version: number;
};

export const PAYOUT_STATUSES = ['due', 'waiting', 'sent', 'paid', 'failed'] as const;
export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];

/** What became of it; `told` is what somebody says who does not know how much it was. */
export type PayoutResult =
  | {
      readonly kind: 'sent' | 'paid';
      readonly amount: number;
      readonly sent: number;
      readonly left: boolean;
      readonly provider: Payment['provider'] | null;
      readonly reference: string | null;
    }
  | { readonly kind: 'told'; readonly reference: string }
  | { readonly kind: 'waiting' | 'failed'; readonly reason: string };

/** Nobody has to do anything for it any more. */
export const isPaid = ({ status }: Pick<Payout, 'status'>): boolean => status === 'paid';
