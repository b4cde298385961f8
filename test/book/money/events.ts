import type { Payment, PaymentEvent } from '../../../src/book/index.ts';

/** What a provider would say of a payment, said by hand. */
export const eventOf = (
  payment: Payment,
  kind: PaymentEvent['kind'],
  more: Partial<PaymentEvent> = {},
): PaymentEvent => ({
  source: payment.provider,
  eventId: crypto.randomUUID(),
  at: payment.createdAt,
  kind,
  paymentId: payment.id,
  reference: payment.reference ?? `ref_${payment.id}`,
  amount: payment.amount,
  currency: payment.currency,
  receipt: null,
  ...more,
});
