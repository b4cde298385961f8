import { newIdWithin, propertyIdOf } from '../../kernel/ids.ts';
import type { Transactor } from '../store/transactor.ts';
import { type Effect, isOpen } from './effect.ts';
import type { Payment } from './payment.ts';

type Wanted = { readonly kind: Effect['kind']; readonly amount: number };

/** Asks for something to be done with a payment, after all that was asked before. */
export function requestEffect(
  tx: Transactor,
  payment: Payment,
  { kind, amount }: Wanted,
  nowMs: number,
): void {
  const { id, bookingId, provider, reference, currency, phone, told } = payment;
  const prefix = kind === 'refund' ? 'rfd' : 'eff';
  const before = tx.effectsOf(id);
  tx.keepEffect({
    id: newIdWithin(prefix, propertyIdOf(id), nowMs),
    key: `${id}-${kind}-${before.filter((one) => one.kind === kind).length}`,
    number: before.length,
    kind,
    paymentId: id,
    bookingId,
    provider,
    reference,
    amount,
    currency,
    phone,
    receipt: told.receipt,
    state: 'waiting',
    result: null,
    createdAt: nowMs,
  });
  sendNext(tx, id, nowMs);
}

/** One after the other: a refund that overtakes its capture finds nothing to give back. */
export function sendNext(tx: Transactor, paymentId: string, nowMs: number): void {
  const next = tx.effectsOf(paymentId).find(isOpen);
  const payment = tx.payment(paymentId);
  if (next?.state !== 'waiting' || payment === null) return;
  const { reference, phone, told } = payment;
  const sent: Effect = { ...next, reference, phone, receipt: told.receipt, state: 'sent' };
  tx.keepEffect(sent);
  tx.post('effect', sent.id, sent, nowMs);
}
