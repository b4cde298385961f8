import type Stripe from 'stripe';
import { Fault } from '../../kernel/errors.ts';
import type { ProviderRecord } from '../ports.ts';
import { ofDispute, ofIntent, ofRefund, ofTransfer } from './records.ts';

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
