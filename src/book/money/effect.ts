import type { Currency } from '../../kernel/money.ts';

/** Something that a provider is to do with a payment, once. Those of one payment go one after the other. */
export type Effect = {
  readonly id: string;
  /** For the provider, which does the same key once: a book that was set back asks under it again. */
  readonly key: string;
  /** Its place among those of its payment. */
  readonly number: number;
  readonly kind: 'capture' | 'void' | 'refund';
  readonly paymentId: string;
  readonly bookingId: string;
  readonly provider: 'stripe' | 'mpesa';
  readonly reference: string | null;
  readonly amount: number;
  readonly currency: Currency;
  readonly phone: string | null;
  readonly receipt: string | null;
  readonly state: 'waiting' | 'sent' | 'pending' | 'done' | 'refused';
  /** What the provider calls what it did, or why it did not. */
  readonly result: string | null;
  readonly createdAt: number;
};

export type EffectResult =
  | { readonly kind: 'done' | 'pending'; readonly reference: string }
  | { readonly kind: 'refused'; readonly code: string };

export const isOpen = ({ state }: Pick<Effect, 'state'>): boolean => state !== 'done' && state !== 'refused';
