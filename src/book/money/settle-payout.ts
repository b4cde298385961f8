import { type Call, type Outcome, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { Transactor } from '../store/transactor.ts';
import { occasionOf, payoutOf } from './ledger.ts';
import { beginPayout, keepPayout, oweHost } from './owe-host.ts';
import { isPaid, type Payout, type PayoutResult } from './payout.ts';

export type SettledPayout = {
  readonly bookingId: string;
  readonly key: string;
  readonly attempt: number;
  readonly result: PayoutResult;
};

/**
 * What became of a payout. The balance remembers what it settled under a key: where that is another amount,
 * because this book was set back in between, it is the one that counts, and the difference is settled next.
 */
export function settlePayout(
  tx: Transactor,
  call: Call,
  { bookingId, key, attempt, result }: SettledPayout,
): Outcome<Payout, 'payout_not_found' | 'payout_not_sent'> {
  const payout = tx.payoutsOf(bookingId).find((one) => one.key === key);
  const booking = payout && tx.booking(bookingId);
  if (!payout || !booking) return refuse('payout_not_found');
  const isSure = result.kind === 'paid' || result.kind === 'told';
  if (isPaid(payout) || (attempt !== payout.attempt && !isSure)) return unchanged(tx, payout);
  if (result.kind === 'told' && payout.sent === null) return refuse('payout_not_sent');
  // What was told already is later than that it was taken on.
  if (result.kind === 'sent' && payout.status !== 'due') return unchanged(tx, payout);

  const kept = keepPayout(tx, after(payout, result, call.now), call.now);
  if (kept.status !== 'sent') tx.setDue('payout', kept.id, null);
  if (isPaid(kept)) {
    const { amount, sent } = kept;
    tx.enter(payoutOf(occasionOf(booking, key, call.now), { amount, sent: sent ?? 0 }), call.now);
    oweHost(tx, booking, call.now);
    if (kept.left) beginPayout(tx, booking, 0, call.now);
  }
  const event = { type: `payout.${kept.status}`, data: shown(kept), previous: shown(payout) };
  return commit(tx, call, { audit: null, event, value: kept });
}

function after(payout: Payout, result: PayoutResult, nowMs: number): Payout {
  switch (result.kind) {
    case 'waiting':
    case 'failed':
      return { ...payout, status: result.kind, reason: result.reason };
    case 'told':
      return { ...payout, status: 'paid', reference: result.reference, paidAt: nowMs };
    case 'sent':
    case 'paid': {
      const { kind, ...known } = result;
      return { ...payout, ...known, status: kind, paidAt: kind === 'paid' ? nowMs : null, reason: null };
    }
  }
}

const shown = ({ id, bookingId, amount, sent, currency, status, reason, version }: Payout) => ({
  payout: { id, bookingId, amount, sent, currency, status, reason, version },
});
