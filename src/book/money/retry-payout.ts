import { type Call, type Outcome, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { Transactor } from '../store/transactor.ts';
import { askForPayout, isInDispute } from './owe-host.ts';
import type { Payout } from './payout.ts';

/** Begins anew what could not be sent, under a key that no provider has refused yet. What is in dispute goes on waiting. */
export function retryPayout(
  tx: Transactor,
  call: Call,
  payoutId: string,
): Outcome<Payout, 'payout_not_found'> {
  const payout = tx.payout(payoutId);
  if (payout === null) return refuse('payout_not_found');
  if (payout.status !== 'waiting' && payout.status !== 'failed') return unchanged(tx, payout);
  if (payout.amount > 0 && isInDispute(tx, payout.bookingId)) return unchanged(tx, payout);

  const again: Payout = { ...payout, status: 'due', attempt: payout.attempt + 1, asked: 0, reason: null };
  askForPayout(tx, again, call.now);
  return commit(tx, call, { audit: null, value: again });
}
