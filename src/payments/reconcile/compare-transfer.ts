import { payoutNamed } from '../payouts/payout-name.ts';
import type { ProviderRecord } from '../ports.ts';
import type { Discrepancy, OurTransfer } from './discrepancy.ts';

const WITH_PROVIDER = ['sent', 'paid'];

/** The name of a transfer without the number of a try. */
export const keyOf = (effectId: string): string => payoutNamed(effectId)?.key ?? effectId;

/** Money that was passed on, with all that the provider did for it: once, in the same amount, and not come back. */
export function compareTransfer(ours: OurTransfer | null, theirs: readonly ProviderRecord[]): Discrepancy[] {
  const there = theirs.filter(({ status }) => status !== 'reversed');
  const own = there.find(({ reference }) => reference === ours?.reference) ?? there[0];
  const others = there.filter((one) => one !== own);
  const here = ours !== null && WITH_PROVIDER.includes(ours.status) ? ours : undefined;
  const isAlike = here?.amount === own?.amount && here?.currency === own?.currency;
  return [
    ...(isAlike ? [] : [differing(ours?.effectId ?? nameOf(own), here, own)]),
    ...others.map((one) => differing(nameOf(one), undefined, one)),
  ];
}

const nameOf = (one: ProviderRecord | undefined): string => one?.effectId ?? one?.reference ?? '';

const differing = (
  subject: string,
  here: OurTransfer | undefined,
  there: ProviderRecord | undefined,
): Discrepancy => ({
  ...{ kind: 'transfer_differs', subject, paymentId: null },
  reference: there?.reference ?? here?.reference ?? null,
  ours: here ? { amount: here.amount, currency: here.currency } : null,
  theirs: there ? { amount: there.amount ?? 0, currency: there.currency } : null,
});
