import type Stripe from 'stripe';
import type { ProviderRecord } from '../ports.ts';
import { fromStripeAmount } from './amounts.ts';
import { isInquiry } from './events/of-dispute.ts';
import { toStatus } from './to-payment.ts';
import { idOf } from './told.ts';

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

export const ofIntent = (intent: Stripe.PaymentIntent): ProviderRecord => ({
  ...common(intent),
  kind: 'payment',
  paymentReference: intent.id,
  captured: fromStripeAmount(intent.amount_received, intent.currency),
  status: toStatus(intent),
});

export const ofRefund = (refund: Stripe.Refund): ProviderRecord => ({
  ...common(refund),
  kind: 'refund',
  paymentReference: idOf(refund.payment_intent),
  status: REFUNDS[refund.status ?? ''] ?? 'pending',
});

export const ofTransfer = (transfer: Stripe.Transfer): ProviderRecord => ({
  ...common(transfer),
  kind: 'transfer',
  paymentReference: null,
  status: transfer.reversed ? 'reversed' : transfer.amount_reversed > 0 ? 'partially_reversed' : 'paid',
});

export const ofDispute = (dispute: Stripe.Dispute): ProviderRecord => ({
  ...common(dispute),
  kind: 'dispute',
  paymentReference: idOf(dispute.payment_intent),
  status: isInquiry(dispute.status) ? 'inquiry' : (ENDED[dispute.status] ?? 'open'),
});

const REFUNDS: Readonly<Record<string, 'succeeded' | 'failed'>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};
/** A prevented one ended with the money at the guest. */
const ENDED: Readonly<Record<string, 'won' | 'lost'>> = {
  won: 'won',
  lost: 'lost',
  prevented: 'lost',
};
