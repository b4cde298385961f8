import Stripe from 'stripe';
import { Fault } from '../../kernel/errors.ts';
import { payoutNamed } from '../payouts/payout-name.ts';
import type { ProviderRecord, Traced } from '../ports.ts';
import { ofDispute, ofIntent, ofRefund, ofTransfer } from './records.ts';

const PAGE = { limit: 100 };

/** One payment with all that came of it, or one transfer, as Stripe has it now. */
export async function traceRecords(stripe: Stripe, traced: Traced): Promise<ProviderRecord[]> {
  try {
    return await (traced.kind === 'payment'
      ? tracePayment(stripe, traced.reference)
      : traceTransfer(stripe, traced));
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return [];
    throw new Fault('stripe', error);
  }
}

async function tracePayment(stripe: Stripe, reference: string): Promise<ProviderRecord[]> {
  const intent = await stripe.paymentIntents.retrieve(reference);
  const of = { payment_intent: reference, ...PAGE };
  const [refunds, disputes] = await Promise.all([
    all(stripe.refunds.list(of), ofRefund),
    all(stripe.disputes.list(of), ofDispute),
  ]);
  return [ofIntent(intent), ...refunds, ...disputes];
}

/** By Stripe's own name, or all that were tried under our key, which begins with the booking's id. */
async function traceTransfer(
  stripe: Stripe,
  { id, reference }: Extract<Traced, { kind: 'transfer' }>,
): Promise<ProviderRecord[]> {
  if (reference !== null) return [ofTransfer(await stripe.transfers.retrieve(reference))];
  const [group] = id?.split('-', 1) ?? [];
  if (group === undefined) return [];
  const found = await all(stripe.transfers.list({ transfer_group: group, ...PAGE }), ofTransfer);
  return found.filter(({ effectId }) => effectId === id || payoutNamed(effectId ?? '')?.key === id);
}

async function all<T>(
  list: AsyncIterable<T>,
  toRecord: (one: T) => ProviderRecord,
): Promise<ProviderRecord[]> {
  const records: ProviderRecord[] = [];
  for await (const one of list) records.push(toRecord(one));
  return records;
}
