import type Stripe from 'stripe';
import { fromStripeAmount } from '../amounts.ts';
import { idOf, ourPaymentId, type Told } from '../told.ts';

export const ofDispute = (dispute: Stripe.Dispute): Omit<Told, 'kind'> => ({
  paymentId: ourPaymentId(dispute.metadata),
  reference: dispute.id,
  paymentReference: idOf(dispute.payment_intent),
  amount: fromStripeAmount(dispute.amount, dispute.currency),
  currency: dispute.currency.toUpperCase(),
  receipt: null,
});

/** A bank asks, and takes nothing yet. */
export const isInquiry = (status: string): boolean => status.startsWith('warning_');
