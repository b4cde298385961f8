import { expect, test } from 'vitest';
import type { OurPayment } from '../../../src/payments/reconcile/discrepancy.ts';
import { findSuspects, type Stretch } from '../../../src/payments/reconcile/find-suspects.ts';
import { OURS, PAYMENT, recordOf, TOLD } from './records.ts';

/** What a stretch of time shows is only a part, and has to be enough to ask further. */
const REFUND = recordOf('refund', { reference: 're_1', amount: 2_000, status: 'succeeded' });
const REFUNDED: OurPayment = { ...OURS, told: { ...TOLD, refunds: { re_1: 2_000 } } };
const stretch = (more: Partial<Stretch>): Stretch => ({
  ...{ theirs: [PAYMENT], ours: [OURS], begunIds: new Set([OURS.id]), heard: [], unmatched: [] },
  ...more,
});
const suspectsIn = (more: Partial<Stretch>) =>
  findSuspects(stretch(more)).map(({ paymentId, references }) => [paymentId, ...references]);

test('nobody is asked about what is alike, though each side shows only a part of it', () => {
  expect(suspectsIn({})).toEqual([]);
  const heard = [
    { paymentId: OURS.id, reference: 'pi_1' },
    { paymentId: OURS.id, reference: 're_1' },
  ];
  expect(suspectsIn({ theirs: [PAYMENT, REFUND], ours: [REFUNDED], heard })).toEqual([]);
  // Only the refund is of this time, or only the payment.
  expect(suspectsIn({ theirs: [REFUND], ours: [REFUNDED], begunIds: new Set() })).toEqual([]);
  expect(suspectsIn({ ours: [REFUNDED] })).toEqual([]);
  expect(suspectsIn({ unmatched: [{ paymentId: OURS.id, reference: 'pi_1' }] })).toEqual([]);
});

test('whatever one side shows alone is asked about', () => {
  expect(suspectsIn({ ours: [] })).toEqual([[null, 'pi_1']]);
  expect(suspectsIn({ theirs: [] })).toEqual([['pay_1', 'pi_1']]);
  expect(suspectsIn({ theirs: [], begunIds: new Set() })).toEqual([]);
  expect(
    suspectsIn({ theirs: [PAYMENT, { ...PAYMENT, reference: 'pi_2', paymentReference: 'pi_2' }] }),
  ).toEqual([['pay_1', 'pi_2']]);
  expect(suspectsIn({ unmatched: [{ paymentId: null, reference: 'pi_3' }] })).toEqual([[null, 'pi_3']]);
  expect(suspectsIn({ heard: [{ paymentId: 'pay_0', reference: 're_0' }] })).toEqual([['pay_0']]);
});

test('so is whatever both sides show in different ways', () => {
  expect(suspectsIn({ theirs: [{ ...PAYMENT, amount: 1 }] })).toEqual([['pay_1', 'pi_1']]);
  expect(suspectsIn({ theirs: [PAYMENT, REFUND] })).toEqual([['pay_1', 'pi_1']]);
  expect(suspectsIn({ theirs: [PAYMENT, { ...REFUND, amount: 1 }], ours: [REFUNDED] })).toEqual([
    ['pay_1', 'pi_1'],
  ]);
  const dispute = recordOf('dispute', { reference: 'dp_1', amount: 9_000, status: 'open' });
  expect(suspectsIn({ theirs: [dispute], begunIds: new Set() })).toEqual([['pay_1', 'pi_1']]);
  const stays: OurPayment = { ...OURS, fate: { kind: 'returned', why: 'nights_taken' } };
  expect(suspectsIn({ ours: [stays] })).toEqual([['pay_1', 'pi_1']]);
});
