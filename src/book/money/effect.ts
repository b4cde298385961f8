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
  /** How often it has left the book: from the second time on it may have been done. */
  readonly asks: number;
  /** People look after it. */
  readonly isParked: boolean;
  readonly state: 'waiting' | 'sent' | 'pending' | 'done' | 'refused' | 'superseded';
  /** What the provider calls what it did, or why it did not. */
  readonly result: string | null;
  readonly createdAt: number;
};

export type EffectResult =
  | { readonly kind: 'done' | 'pending'; readonly reference: string }
  | { readonly kind: 'refused'; readonly code: string }
  /** The provider has never seen it. */
  | { readonly kind: 'missing' };

/** The result of a void of what no provider was told of, as far as is known. */
export const NEVER_STARTED = 'never_started';

export const isOpen = ({ state }: Pick<Effect, 'state'>): boolean =>
  state === 'waiting' || state === 'sent' || state === 'pending';
