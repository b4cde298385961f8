import type { Transactor } from '../store/transactor.ts';
import { type Effect, isOpen } from './effect.ts';

/** Asked so often, for more than an hour, without an answer. */
const PATIENT_ASKS = 4;

/** D1's copy, for people to look at: without the phone that paid. */
export type ParkedEffect = Omit<Effect, 'phone' | 'receipt'>;

/** Writes an effect as it is now. One that was refused, or is not answered for long, is shown to people. */
export function keepEffect(tx: Transactor, effect: Effect, nowMs: number): Effect {
  // What can't be captured ends its booking, and what can't be voided is given back.
  const isRefused = effect.state === 'refused' && effect.kind === 'refund';
  const kept = { ...effect, isParked: isRefused || (isOpen(effect) && effect.asks >= PATIENT_ASKS) };
  tx.keepEffect(kept);
  if (kept.isParked || effect.isParked) {
    const { phone: _, receipt: __, ...shown } = kept;
    const { epoch, version } = tx.head();
    tx.post('parked_effect', kept.id, { epoch, version, effect: shown satisfies ParkedEffect }, nowMs);
  }
  return kept;
}
