import { refundedOf } from '../../book/index.ts';
import type { ProviderRecord } from '../ports.ts';
import type { Discrepancy, DiscrepancyKind, OurPayment, Sum } from './discrepancy.ts';

type Kept = readonly ProviderRecord['kind'][];

/**
 * One payment: all that our book has of it beside all that its provider has of it. What a provider does not
 * keep is not compared; what it does not tell is taken to be the same.
 */
export function comparePayment(
  ours: OurPayment | null,
  theirs: readonly ProviderRecord[],
  keeps: Kept,
): Discrepancy[] {
  const payments = theirs.filter(({ kind }) => kind === 'payment');
  if (ours === null) {
    return payments.filter((one) => isOpen(one, theirs)).map((one) => unknownHere(one));
  }
  const own = payments.find(({ reference }) => reference === ours.reference);
  const others = payments.filter((one) => one !== own && leftOf(one, theirs) > 0);
  const isTakenOnce = ours.told.captured > 0 || (own !== undefined && isCaptured(own));
  const strangers = others.map((one) =>
    said(isTakenOnce ? 'captured_twice' : 'captured_there_only', ours, one.reference, {
      ours: sumOf(ours.told.captured, ours.currency),
      theirs: captureOf(one),
      reference: one.reference,
    }),
  );
  if (own === undefined) return [...missingThere(ours), ...strangers];

  const parts = theirs.filter(({ paymentReference }) => paymentReference === own.reference);
  return [
    ...compareSums(ours, own),
    ...strangers,
    ...(keeps.includes('refund') ? compareRefunds(ours, parts) : []),
    ...parts.flatMap((one) => compareDispute(ours, one)),
    ...notGivenBack(ours, parts),
  ];
}

/** What was asked for and what was taken, as far as both sides say it. */
export function compareSums(ours: OurPayment, own: ProviderRecord): Discrepancy[] {
  const { told, currency } = ours;
  const found = (kind: DiscrepancyKind, here: Sum | null, there: Sum | null) => [
    said(kind, ours, ours.id, { ours: here, theirs: there, reference: own.reference }),
  ];
  const asked = [sumOf(ours.amount, currency), sumOf(own.amount, own.currency)] as const;
  const taken = [sumOf(told.captured, currency), captureOf(own)] as const;
  if (own.currency !== currency) return found('currency_differs', ...asked);
  if (own.amount !== null && own.amount !== ours.amount) return found('amount_differs', ...asked);
  if (isCaptured(own) !== told.captured > 0) {
    return found(isCaptured(own) ? 'captured_there_only' : 'captured_here_only', ...taken);
  }
  const isAlike = own.captured === null || own.captured === told.captured;
  return isAlike ? [] : found('amount_differs', ...taken);
}

/** One refund that the provider has. What is on its way is told when it has arrived. */
export function compareRefund(ours: OurPayment, refund: ProviderRecord): Discrepancy[] {
  const { reference, status, amount, currency } = refund;
  const { refunds, failedRefunds } = ours.told;
  const here = Object.hasOwn(failedRefunds, reference) ? undefined : refunds[reference];
  const found = (kind: DiscrepancyKind) => [
    said(kind, ours, reference, {
      ours: here === undefined ? null : sumOf(here, ours.currency),
      theirs: status === 'failed' ? null : sumOf(amount, currency),
    }),
  ];
  if (status === 'failed') return here === undefined ? [] : found('refund_missing_there');
  if (here === undefined) return status === 'succeeded' ? found('refund_missing_here') : [];
  return here === amount && currency === ours.currency ? [] : found('refund_amount_differs');
}

export function compareDispute(ours: OurPayment, dispute: ProviderRecord): Discrepancy[] {
  const { kind, reference, status, amount, currency } = dispute;
  if (kind !== 'dispute' || status === 'inquiry') return [];
  const known = ours.told.disputes[reference];
  if (known?.outcome === status || (known && status === 'open')) return [];
  const here = known ? sumOf(known.amount, ours.currency) : null;
  return [said('dispute_unknown_here', ours, reference, { ours: here, theirs: sumOf(amount, currency) })];
}

/** What has to go back whole, and has not: neither has it arrived nor is it on its way. */
export function notGivenBack(ours: OurPayment, parts: readonly ProviderRecord[]): Discrepancy[] {
  const { told, fate, currency } = ours;
  if (fate.kind !== 'returned') return [];
  const coming = parts.filter(({ kind, status }) => kind === 'refund' && status === 'pending');
  const disputed = Object.values(told.disputes).filter(({ outcome }) => outcome !== 'won');
  const owed = told.captured - refundedOf(told) - total(coming) - total(disputed);
  if (owed <= 0) return [];
  return [said('refund_missing_there', ours, ours.id, { ours: sumOf(owed, currency), theirs: null })];
}

function compareRefunds(ours: OurPayment, parts: readonly ProviderRecord[]): Discrepancy[] {
  const refunds = parts.filter(({ kind }) => kind === 'refund');
  const there = new Set(refunds.map(({ reference }) => reference));
  const { refunds: told, failedRefunds } = ours.told;
  const missing = Object.entries(told).filter(
    ([reference]) => !there.has(reference) && !Object.hasOwn(failedRefunds, reference),
  );
  return [
    ...refunds.flatMap((one) => compareRefund(ours, one)),
    ...missing.map(([reference, amount]) =>
      said('refund_missing_there', ours, reference, { ours: sumOf(amount, ours.currency), theirs: null }),
    ),
  ];
}

/** Nothing can come of one that has ended here without money. */
function missingThere(ours: OurPayment): Discrepancy[] {
  const { reference, told, amount, currency } = ours;
  if (reference === null || (told.voided && told.captured === 0)) return [];
  return [said('payment_missing_there', ours, ours.id, { ours: sumOf(amount, currency), theirs: null })];
}

const unknownHere = (one: ProviderRecord): Discrepancy => ({
  ...{ kind: 'payment_missing_here', subject: one.reference, reference: one.reference },
  ...{ paymentId: one.paymentId, ours: null, theirs: sumOf(one.amount, one.currency) },
});

function said(
  kind: DiscrepancyKind,
  { id, reference }: OurPayment,
  subject: string,
  sides: Pick<Discrepancy, 'ours' | 'theirs'> & Partial<Pick<Discrepancy, 'reference'>>,
): Discrepancy {
  return { kind, subject, paymentId: id, reference, ...sides };
}

const isCaptured = ({ status }: ProviderRecord): boolean => status === 'captured';

/** A payment that nobody here knows matters while money can come of it, or has come and is still there. */
const isOpen = (one: ProviderRecord, theirs: readonly ProviderRecord[]): boolean =>
  isCaptured(one) ? leftOf(one, theirs) > 0 : one.status !== 'voided';

/** What was taken with it and has not gone back; of one that does not tell how much, something. */
function leftOf(one: ProviderRecord, theirs: readonly ProviderRecord[]): number {
  if (!isCaptured(one)) return 0;
  const back = theirs.filter(
    ({ kind, status, paymentReference }) =>
      kind === 'refund' && status !== 'failed' && paymentReference === one.reference,
  );
  return one.captured === null ? 1 : one.captured - total(back);
}

const captureOf = ({ captured, currency }: ProviderRecord): Sum | null => sumOf(captured, currency);

const sumOf = (amount: number | null, currency: string): Sum | null =>
  amount === null ? null : { amount, currency };

const total = (parts: readonly { readonly amount: number | null }[]): number =>
  parts.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
