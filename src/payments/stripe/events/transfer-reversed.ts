import type Stripe from 'stripe';
import { fromStripeAmount } from '../amounts.ts';
import { ourPaymentId, type Told } from '../told.ts';

/** What we reverse is an effect of ours, and known. What comes back by itself did not reach the host. */
export function toTransferReversed(transfer: Stripe.Transfer): Told | null {
  const foreign = transfer.reversals.data.filter(({ metadata }) => metadata?.effectId === undefined);
  if (foreign.length === 0) return null;

  const returned = foreign.reduce((sum, { amount }) => sum + amount, 0);
  return {
    kind: 'transfer_failed',
    paymentId: ourPaymentId(transfer.metadata),
    reference: transfer.id,
    paymentReference: null,
    amount: fromStripeAmount(returned, transfer.currency),
    currency: transfer.currency.toUpperCase(),
    receipt: null,
  };
}
