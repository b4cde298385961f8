import { DAY, MINUTE } from '../../kernel/clock.ts';
import { newIdWithin, propertyIdOf } from '../../kernel/ids.ts';
import type { Transactor } from '../store/transactor.ts';
import { type Effect, isOpen } from './effect.ts';
import { keepEffect } from './park-effect.ts';
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
    asks: 0,
    isParked: false,
    state: 'waiting',
    result: null,
    createdAt: nowMs,
  });
  sendNext(tx, id, nowMs);
}

/** What is under way, or else what comes next. */
function nextOf(tx: Transactor, paymentId: string): Effect | null {
  const open = tx.effectsOf(paymentId).filter(isOpen);
  return open.find(({ state }) => state !== 'waiting') ?? open[0] ?? null;
}

/** One after the other: a refund that overtakes its capture finds nothing to give back. */
export function sendNext(tx: Transactor, paymentId: string, nowMs: number): void {
  const next = nextOf(tx, paymentId);
  if (next === null) tx.setDue('effect', paymentId, null);
  else if (next.state === 'waiting') send(tx, { ...next, state: 'sent' }, nowMs);
}

/** Nobody has said what became of it, and what carried it may be lost. Its key makes it happen once. */
export function sendAgain(tx: Transactor, paymentId: string, nowMs: number): void {
  const next = nextOf(tx, paymentId);
  if (next === null) tx.setDue('effect', paymentId, null);
  else send(tx, { ...next, state: next.state === 'pending' ? 'pending' : 'sent' }, nowMs);
}

const FIRST_SILENCE_MS = 10 * MINUTE;

function send(tx: Transactor, effect: Effect, nowMs: number): void {
  const payment = tx.payment(effect.paymentId);
  if (payment === null) return;
  const { reference, phone, told } = payment;
  const sent: Effect = { ...effect, reference, phone, receipt: told.receipt, asks: effect.asks + 1 };
  const kept = keepEffect(tx, sent, nowMs);
  tx.post('effect', kept.id, kept, nowMs);
  tx.setDue('effect', payment.id, nowMs + Math.min(FIRST_SILENCE_MS * 2 ** (sent.asks - 1), DAY));
}
