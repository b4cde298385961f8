import { type Call, type Outcome, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { Transactor } from '../store/transactor.ts';
import { lookLater } from './look-later.ts';
import type { Payment } from './payment.ts';

/** What the provider calls the payment. From here on something can be done with it. */
export function attachPayment(
  tx: Transactor,
  call: Call,
  { paymentId, reference }: { paymentId: string; reference: string },
): Outcome<Payment, 'payment_not_found'> {
  const payment = tx.payment(paymentId);
  if (payment === null) return refuse('payment_not_found');
  if (payment.reference === reference) return unchanged(tx, payment);

  const attached: Payment = { ...payment, reference, version: payment.version + 1 };
  tx.keepPayment(attached);
  lookLater(tx, attached, call.now);
  return commit(tx, call, { audit: null, value: attached });
}
