import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import { openCase } from '../stays/open-case.ts';
import type { Transactor } from '../store/transactor.ts';
import { type Effect, isOpen } from './effect.ts';
import { keepEffect } from './park-effect.ts';
import { askedBack } from './refund-parts.ts';
import { sendAgain, sendNext } from './request-effect.ts';

export type Retry = { readonly effectId: string; readonly reason: string };

/**
 * Once more, by staff. What may have been done goes under its key again; what was refused goes under a new one, for a
 * provider gives an old key its old answer. What has come back otherwise since then is only taken off the list.
 */
export function retryEffect(
  tx: Transactor,
  call: Call,
  { effectId, reason }: Retry,
): Outcome<Effect, 'effect_not_found' | 'effect_settled' | 'own_booking'> {
  const effect = tx.effect(effectId);
  const opened = openCase(tx, call, effect?.bookingId ?? '');
  if (isRefused(opened))
    return opened.refusal === 'booking_not_found' ? refuse('effect_not_found') : refuse(opened.refusal);
  const payment = effect && tx.payment(effect.paymentId);
  if (!effect || !payment) return refuse('effect_not_found');
  if (!isOpen(effect) && !effect.isParked) return refuse('effect_settled');

  if (isOpen(effect)) sendAgain(tx, payment.id, call.now);
  else if (effect.amount > payment.told.captured - askedBack(tx, payment))
    keepEffect(tx, { ...effect, state: 'superseded' }, call.now);
  else {
    const key = `${effect.key}-again`;
    keepEffect(tx, { ...effect, key, state: 'waiting', asks: 0, result: null }, call.now);
    sendNext(tx, payment.id, call.now);
  }
  const audit = { action: 'effect.retried', data: { effectId, paymentId: payment.id, reason } };
  return commit(tx, call, { audit, value: tx.effect(effectId) ?? effect });
}
