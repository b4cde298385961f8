import type { PaymentEvent } from '../book/index.ts';
import type { Currency } from '../kernel/money.ts';

/** Who takes and gives money for us; one folder each. */
export const PROVIDERS = ['stripe', 'mpesa'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** All amounts are whole minor units of their currency. `id` is ours and the provider's key for trying again. */
export type PaymentOrder = {
  readonly id: string;
  readonly bookingId: string;
  readonly amount: number;
  readonly currency: Currency;
  /** Of whoever pays by phone, in digits with the country code. */
  readonly phone: string | null;
  /** The secret part of the address that the provider calls back, for one that does not sign. */
  readonly callbackToken: string | null;
};

/** What the guest's device needs to go on, and what the provider calls the payment. */
export type Started =
  | { readonly ok: true; readonly reference: string; readonly forGuest: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly why: 'refused' | 'unknown'; readonly code: string };

/** Something to be done with money, once; `id` is the provider's key for it. */
export type Effect = {
  readonly id: string;
  readonly kind: 'capture' | 'void' | 'refund' | 'transfer' | 'reversal';
  readonly paymentId: string;
  readonly bookingId: string;
  /** What the provider calls the payment; of a reversal, the transfer. Null for a transfer. */
  readonly reference: string | null;
  readonly amount: number;
  readonly currency: Currency;
  /** The account or phone that a transfer goes to; of a refund, the phone that paid. */
  readonly destination: string | null;
};

/**
 * `refused` stays refused. `unknown` may have happened or not, and is asked about before it is tried again.
 * `pending` was taken on and will be told by an event.
 */
export type EffectOutcome =
  | { readonly kind: 'done'; readonly reference: string }
  | { readonly kind: 'pending'; readonly reference: string }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unknown'; readonly code: string };

/** What a provider knows of a payment of ours; null is what it does not tell. */
export type ProviderPayment = {
  readonly paymentId: string;
  readonly reference: string;
  readonly status: 'waiting' | 'authorized' | 'captured' | 'failed' | 'voided';
  readonly amount: number | null;
  readonly captured: number | null;
  readonly refunded: number | null;
  readonly currency: string;
  /** Of the money's arrival, unique at the provider. */
  readonly receipt: string | null;
};

/** One thing that a provider tells, in our words. `eventId` is its own for it, and unique there. */
export type ProviderEvent = {
  readonly source: ProviderName;
  readonly eventId: string;
  readonly at: number;
  readonly kind: PaymentEvent['kind'] | 'transfer_failed';
  /** Null where the provider named none of ours. */
  readonly paymentId: string | null;
  /** What the provider calls the payment, refund, dispute or transfer. */
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly receipt: string | null;
};

/**
 * A line of the provider's own books, to be compared with ours. A refund is `succeeded`, `pending` or `failed`;
 * a dispute `open`, `won`, `lost` or an `inquiry` that has taken nothing; null is what is not told.
 */
export type ProviderRecord = {
  readonly kind: 'payment' | 'refund' | 'transfer' | 'dispute';
  readonly reference: string;
  /** What the provider calls the payment that it is, or is part of; null for a transfer. */
  readonly paymentReference: string | null;
  readonly paymentId: string | null;
  readonly effectId: string | null;
  readonly amount: number | null;
  readonly captured: number | null;
  readonly currency: string;
  readonly status: string;
  readonly at: number;
};

/** How much of a currency can be sent at once, in whole units of so much. */
export type Sendable = { readonly unit: number; readonly least: number; readonly most: number };

export type PayoutAccountOrder = {
  readonly hostId: string;
  readonly email: string | null;
  /** Where the host lives, where the provider has to know. */
  readonly country: string | null;
  readonly phone: string | null;
  /** What the provider called their account before, if there was one. */
  readonly known: string | null;
  /** Where the host's device goes when the provider knows enough. */
  readonly returnUrl: string;
};
/** `onboardingUrl` is where the host tells the provider who they are. */
export type OpenedPayoutAccount =
  | { readonly ok: true; readonly destination: string; readonly onboardingUrl: string | null }
  | { readonly ok: false; readonly why: 'refused' | 'unknown'; readonly code: string };
/** What all that a provider has of it is asked for, by its own name for it or by ours. */
export type Traced =
  | { readonly kind: 'payment'; readonly id: string; readonly reference: string }
  | { readonly kind: 'transfer'; readonly id: string | null; readonly reference: string | null };

export type PaymentProvider = {
  readonly name: ProviderName;
  /** Whether so much of this currency can be paid this way. */
  accepts(due: { amount: number; currency: Currency }): boolean;
  /** Asked again with the same id, it is the same payment. */
  start(order: PaymentOrder): Promise<Started>;
  perform(effect: Effect): Promise<EffectOutcome>;
  /** What became of an effect whose outcome is unknown; null when the provider has not seen it. */
  find(effect: Effect): Promise<EffectOutcome | null>;
  look(payment: { readonly id: string; readonly reference: string }): Promise<ProviderPayment | null>;
  /** Null where money of this currency can't be sent to a host. */
  sendable(currency: Currency): Sendable | null;
  /** Asked again for the same host and country, it is the same account. */
  openPayoutAccount(order: PayoutAccountOrder): Promise<OpenedPayoutAccount>;
  /** The kinds of record of which it tells all there are. */
  readonly keeps: readonly ProviderRecord['kind'][];
  /** Everything from one moment to before another, a page at a time. */
  list(range: { readonly from: number; readonly to: number }): AsyncIterable<readonly ProviderRecord[]>;
  /** A payment with its refunds and disputes, or a transfer; nothing when the provider has not seen it. */
  trace(traced: Traced): Promise<readonly ProviderRecord[]>;
};
