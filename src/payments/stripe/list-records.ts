import type Stripe from 'stripe';
import { Fault } from '../../kernel/errors.ts';
import type { ProviderRecord } from '../ports.ts';
import { fromStripeAmount } from './amounts.ts';
import { toStatus } from './to-payment.ts';

const PAGE_SIZE = 100;

type Range = { readonly from: number; readonly to: number };
type Listing = { created: Stripe.RangeQueryParam; limit: number; starting_after?: string };
type Page<T> = { data: T[]; has_more: boolean };

/** Stripe counts in seconds: what was made in a second belongs to the range in which that second begins. */
export async function* listRecords(stripe: Stripe, { from, to }: Range): AsyncGenerator<ProviderRecord[]> {
  const created = { gte: Math.ceil(from / 1000), lt: Math.ceil(to / 1000) };
  yield* pages(created, (listing) => stripe.paymentIntents.list(listing), ofIntent);
  yield* pages(created, (listing) => stripe.refunds.list(listing), ofRefund);
  yield* pages(created, (listing) => stripe.transfers.list(listing), ofTransfer);
  yield* pages(created, (listing) => stripe.disputes.list(listing), ofDispute);
}

async function* pages<T extends { id: string }>(
  created: Stripe.RangeQueryParam,
  read: (listing: Listing) => Promise<Page<T>>,
  toRecord: (one: T) => ProviderRecord,
): AsyncGenerator<ProviderRecord[]> {
  let last: string | undefined;
  for (let more = true; more; ) {
    const page = await read({
      ...{ created, limit: PAGE_SIZE },
      ...(last === undefined ? {} : { starting_after: last }),
    }).catch((error: unknown) => {
      throw new Fault('stripe', error);
    });
    if (page.data.length > 0) yield page.data.map(toRecord);
    last = page.data.at(-1)?.id;
    more = page.has_more && last !== undefined;
  }
}

type Common = {
  id: string;
  amount: number;
  currency: string;
  created: number;
  metadata: Stripe.Metadata | null;
};

const common = ({ id, amount, currency, created, metadata }: Common) => ({
  reference: id,
  paymentId: metadata?.paymentId ?? null,
  effectId: metadata?.effectId ?? null,
  amount: fromStripeAmount(amount, currency),
  captured: 0,
  currency: currency.toUpperCase(),
  at: created * 1000,
});

const ofIntent = (intent: Stripe.PaymentIntent): ProviderRecord => ({
  ...common(intent),
  kind: 'payment',
  captured: fromStripeAmount(intent.amount_received, intent.currency),
  status: toStatus(intent),
});

const ofRefund = (refund: Stripe.Refund): ProviderRecord => ({
  ...common(refund),
  kind: 'refund',
  status: refund.status ?? 'unknown',
});

const ofTransfer = (transfer: Stripe.Transfer): ProviderRecord => ({
  ...common(transfer),
  kind: 'transfer',
  status: transfer.reversed ? 'reversed' : transfer.amount_reversed > 0 ? 'partially_reversed' : 'paid',
});

const ofDispute = (dispute: Stripe.Dispute): ProviderRecord => ({
  ...common(dispute),
  kind: 'dispute',
  status: dispute.status,
});
