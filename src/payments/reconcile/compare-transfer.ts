import type { ProviderRecord } from '../ports.ts';
import type { Discrepancy, OurTransfer } from './discrepancy.ts';

const WITH_PROVIDER = ['sent', 'paid'];

/** Money that was passed on: here and there, in the same amount, and not come back by itself. */
export function compareTransfer(ours: OurTransfer | null, theirs: ProviderRecord | null): Discrepancy[] {
  const isOurs = ours !== null && WITH_PROVIDER.includes(ours.status);
  const isTheirs = theirs !== null && theirs.status !== 'reversed';
  const isAlike =
    isOurs === isTheirs &&
    (!isOurs || !isTheirs || (ours.amount === theirs.amount && ours.currency === theirs.currency));
  if (isAlike) return [];
  return [
    {
      kind: 'transfer_differs',
      subject: ours?.effectId ?? theirs?.effectId ?? theirs?.reference ?? '',
      paymentId: null,
      reference: ours?.reference ?? theirs?.reference ?? null,
      ours: isOurs ? { amount: ours.amount, currency: ours.currency } : null,
      theirs: isTheirs ? { amount: theirs.amount ?? 0, currency: theirs.currency } : null,
    },
  ];
}
