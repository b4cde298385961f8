import type Stripe from 'stripe';
import type { ProviderEvent } from '../ports.ts';

/** What an event is about, before it is said which event it was. */
export type Told = Pick<
  ProviderEvent,
  'kind' | 'paymentId' | 'reference' | 'amount' | 'currency' | 'receipt'
> & {
  /** What Stripe calls the payment; there even where nobody has written our id. */
  readonly paymentReference: string | null;
};

export const ourPaymentId = (metadata: Stripe.Metadata | null | undefined): string | null =>
  metadata?.paymentId ?? null;

export const idOf = (named: string | { id: string } | null | undefined): string | null =>
  typeof named === 'string' ? named : (named?.id ?? null);
