import type { ProviderRecord } from '../ports.ts';
import { compareDispute, compareRefund, compareSums, notGivenBack } from './compare-payment.ts';
import type { OurPayment } from './discrepancy.ts';

/** What both sides know of a stretch of time. Of what reaches over its ends, each shows only a part. */
export type Stretch = {
  readonly theirs: readonly ProviderRecord[];
  /** What theirs is about, and what was begun here in this time. */
  readonly ours: readonly OurPayment[];
  readonly begunIds: ReadonlySet<string>;
  /** Captures and refunds that were written down here in this time; of a capture the payment's reference. */
  readonly heard: readonly { readonly paymentId: string; readonly reference: string | null }[];
  /** What a provider told of, and nobody here knew. */
  readonly unmatched: readonly { readonly paymentId: string | null; readonly reference: string }[];
};

/** A payment to be looked at wholly, by both its names as far as they are known. */
export type Suspect = { readonly paymentId: string | null; readonly references: ReadonlySet<string> };

/** Every payment that does not look alike on both sides, or of which one side shows nothing here. */
export function findSuspects(stretch: Stretch): Suspect[] {
  const { theirs, ours, begunIds, heard, unmatched } = stretch;
  const byId = new Map(ours.map((one) => [one.id, one]));
  const byReference = new Map(ours.map((one) => [one.reference, one]));
  const suspects = new Map<string, { paymentId: string | null; references: Set<string> }>();
  const suspect = (paymentId: string | null, reference: string | null) => {
    const key = paymentId ?? reference ?? '';
    const known = suspects.get(key) ?? { paymentId, references: new Set() };
    if (reference !== null) known.references.add(reference);
    suspects.set(key, known);
  };

  for (const record of theirs) {
    const { paymentReference, paymentId } = record;
    const own = byReference.get(paymentReference) ?? byId.get(paymentId ?? '');
    // Nothing can come of a stranger that was called off.
    if (own === undefined && record.status === 'voided') continue;
    if (own === undefined) suspect(null, paymentReference);
    else if (differs(own, record)) suspect(own.id, paymentReference);
  }
  const seen = new Set(theirs.map(({ reference }) => reference));
  for (const one of ours) {
    const isUnseen = begunIds.has(one.id) && one.reference !== null && !seen.has(one.reference);
    if (isUnseen || notGivenBack(one, []).length > 0) suspect(one.id, one.reference);
  }
  for (const { paymentId, reference } of heard) {
    if (reference !== null && !seen.has(reference)) suspect(paymentId, null);
  }
  for (const { reference } of unmatched) if (!byReference.has(reference)) suspect(null, reference);
  return [...suspects.values()];
}

function differs(ours: OurPayment, record: ProviderRecord): boolean {
  switch (record.kind) {
    case 'payment':
      if (record.reference !== ours.reference) return record.status === 'captured';
      return compareSums(ours, record).length > 0;
    case 'refund':
      return compareRefund(ours, record).length > 0;
    case 'dispute':
      return compareDispute(ours, record).length > 0;
    case 'transfer':
      return false;
  }
}
