import { type Call, type Outcome, refuse } from '../command.ts';
import { unchanged } from '../commit.ts';
import type { Reader } from '../store/reader.ts';
import type { Payment } from './payment.ts';

/** For whoever carries what a provider says to its book. */
export function readPayment(
  reader: Reader,
  call: Call,
  paymentId: string,
): Outcome<Payment, 'payment_not_found'> {
  const payment = call.actorKind === 'system' ? reader.payment(paymentId) : null;
  return payment === null ? refuse('payment_not_found') : unchanged(reader, payment);
}
