import { describe, expect, test } from 'vitest';
import type { ProviderRecord } from '../../../src/payments/ports.ts';
import { comparePayment } from '../../../src/payments/reconcile/compare-payment.ts';
import { compareTransfer } from '../../../src/payments/reconcile/compare-transfer.ts';
import type { OurPayment, OurTransfer } from '../../../src/payments/reconcile/discrepancy.ts';
import { OURS, PAYMENT, recordOf, TOLD, TRANSFER } from './records.ts';

/** What is said when the two sides of one payment are laid beside each other. */
const EVERYTHING = ['payment', 'refund', 'transfer', 'dispute'] as const;
const REFUND = recordOf('refund', { reference: 're_1', amount: 2_000, status: 'succeeded' });
const DISPUTE = recordOf('dispute', { reference: 'dp_1', amount: 5_000, status: 'open' });
const [HERE, THERE] = [{ amount: 9_000, currency: 'KES' }, null];

const kindsOf = (
  ours: OurPayment | null,
  theirs: readonly ProviderRecord[],
  keeps: readonly ProviderRecord['kind'][] = EVERYTHING,
) => comparePayment(ours, theirs, keeps).map(({ kind, subject }) => `${kind} ${subject}`);
const told = (more: Partial<OurPayment['told']>): OurPayment => ({ ...OURS, told: { ...TOLD, ...more } });
const returned: OurPayment = { ...OURS, fate: { kind: 'returned', why: 'nights_taken' } };

describe('both sides say the same of a payment that', () => {
  const waiting = { ...PAYMENT, status: 'waiting', captured: 0 };
  const nothing = { ...TOLD, captured: 0 };
  test.each<[string, OurPayment, ProviderRecord[]]>([
    ['was paid', OURS, [PAYMENT]],
    ['nobody has paid yet', { ...OURS, told: nothing }, [waiting]],
    ['is held', { ...OURS, told: { ...nothing, authorized: true } }, [{ ...waiting, status: 'authorized' }]],
    ['was declined', { ...OURS, told: { ...nothing, failed: true } }, [{ ...waiting, status: 'failed' }]],
    ['was called off', { ...OURS, told: { ...nothing, voided: true } }, [{ ...waiting, status: 'voided' }]],
    ['was called off, and is forgotten there', { ...OURS, told: { ...nothing, voided: true } }, []],
    ['no provider was told of', { ...OURS, reference: null, told: nothing }, []],
    ['was told of without an answer', { ...OURS, reference: null, told: nothing }, [waiting]],
    ['went back in part', told({ refunds: { re_1: 2_000 } }), [PAYMENT, REFUND]],
    ['is on its way back', returned, [PAYMENT, { ...REFUND, amount: 9_000, status: 'pending' }]],
    [
      'failed to go back',
      told({ refunds: { re_1: 2_000 }, failedRefunds: { re_1: 2_000 } }),
      [PAYMENT, { ...REFUND, status: 'failed' }],
    ],
    ['is disputed', told({ disputes: { dp_1: { amount: 5_000, outcome: 'open' } } }), [PAYMENT, DISPUTE]],
    ['is asked about by a bank', OURS, [PAYMENT, { ...DISPUTE, status: 'inquiry' }]],
    ['lies there twice and was taken once', OURS, [PAYMENT, { ...waiting, reference: 'pi_2' }]],
  ])('%s', (_, ours, theirs) => {
    expect(kindsOf(ours, theirs)).toEqual([]);
  });
});

describe('it is noticed', () => {
  const second = { ...PAYMENT, reference: 'pi_2', paymentReference: 'pi_2' };
  test.each<[string, OurPayment | null, ProviderRecord[], string[]]>([
    ['nobody here knows of it', null, [PAYMENT], ['payment_missing_here pi_1']],
    [
      'nobody here knows of it, and it is only held',
      null,
      [{ ...PAYMENT, status: 'authorized', captured: 0 }],
      ['payment_missing_here pi_1'],
    ],
    ['nobody there knows of it', OURS, [], ['payment_missing_there pay_1']],
    ['more was asked for there', OURS, [{ ...PAYMENT, amount: 9_001 }], ['amount_differs pay_1']],
    ['less was taken there', OURS, [{ ...PAYMENT, captured: 8_999 }], ['amount_differs pay_1']],
    ['it was another currency', OURS, [{ ...PAYMENT, currency: 'USD' }], ['currency_differs pay_1']],
    ['it was taken there alone', told({ captured: 0 }), [PAYMENT], ['captured_there_only pay_1']],
    [
      'it was taken here alone',
      OURS,
      [{ ...PAYMENT, status: 'authorized', captured: 0 }],
      ['captured_here_only pay_1'],
    ],
    ['it was taken twice', OURS, [PAYMENT, second], ['captured_twice pi_2']],
    [
      'it was taken under another name',
      { ...OURS, reference: null, told: { ...TOLD, captured: 0 } },
      [PAYMENT],
      ['captured_there_only pi_1'],
    ],
    ['a refund was not heard of', OURS, [PAYMENT, REFUND], ['refund_missing_here re_1']],
    [
      'a refund that failed did not',
      told({ refunds: { re_1: 2_000 }, failedRefunds: { re_1: 2_000 } }),
      [PAYMENT, REFUND],
      ['refund_missing_here re_1'],
    ],
    ['a refund never was', told({ refunds: { re_1: 2_000 } }), [PAYMENT], ['refund_missing_there re_1']],
    [
      'a refund has failed',
      told({ refunds: { re_1: 2_000 } }),
      [PAYMENT, { ...REFUND, status: 'failed' }],
      ['refund_missing_there re_1'],
    ],
    ['what is to go back whole stays', returned, [PAYMENT], ['refund_missing_there pay_1']],
    [
      'a refund was of more',
      told({ refunds: { re_1: 2_000 } }),
      [PAYMENT, { ...REFUND, amount: 2_001 }],
      ['refund_amount_differs re_1'],
    ],
    ['a dispute was not heard of', OURS, [PAYMENT, DISPUTE], ['dispute_unknown_here dp_1']],
    [
      'the end of a dispute was not heard of',
      told({ disputes: { dp_1: { amount: 5_000, outcome: 'open' } } }),
      [PAYMENT, { ...DISPUTE, status: 'lost' }],
      ['dispute_unknown_here dp_1'],
    ],
  ])('when %s', (_, ours, theirs, expected) => {
    expect(kindsOf(ours, theirs)).toEqual(expected);
  });

  test('with what each side says', () => {
    expect(comparePayment(OURS, [], EVERYTHING)).toEqual([
      {
        ...{ kind: 'payment_missing_there', subject: 'pay_1', paymentId: 'pay_1', reference: 'pi_1' },
        ...{ ours: HERE, theirs: THERE },
      },
    ]);
  });
});

test('who was charged by mistake and got it all back has nothing to complain of', () => {
  const back = recordOf('refund', { reference: 're_2', amount: 9_000, status: 'succeeded' });
  const second = { ...PAYMENT, reference: 'pi_2', paymentReference: 'pi_2' };
  expect(kindsOf(null, [PAYMENT, back])).toEqual([]);
  expect(kindsOf(null, [{ ...PAYMENT, status: 'voided', captured: 0 }])).toEqual([]);
  expect(kindsOf(OURS, [PAYMENT, second, { ...back, paymentReference: 'pi_2' }])).toEqual([]);
  expect(kindsOf(OURS, [PAYMENT, second, { ...back, paymentReference: 'pi_2', amount: 8_999 }])).toEqual([
    'captured_twice pi_2',
  ]);
});

test('a provider is not blamed for what it does not tell', () => {
  const unsaid = { ...PAYMENT, amount: null, captured: null };
  const refunded = told({ refunds: { SGR7: 2_000 } });
  expect(kindsOf(refunded, [unsaid], ['payment'])).toEqual([]);
  expect(kindsOf(OURS, [{ ...unsaid, status: 'failed' }], ['payment'])).toEqual(['captured_here_only pay_1']);
  expect(kindsOf(null, [unsaid], ['payment'])).toEqual(['payment_missing_here pi_1']);
});

describe('money that was passed on', () => {
  const there = recordOf('transfer', {
    ...{ reference: 'tr_1', paymentReference: null, effectId: TRANSFER.effectId },
    ...{ amount: TRANSFER.amount, status: 'paid' },
  });
  const differ = (ours: OurTransfer | null, ...theirs: ProviderRecord[]) =>
    compareTransfer(ours, theirs).length > 0;

  test('is the same on both sides', () => {
    expect(differ(TRANSFER, there)).toBe(false);
    expect(differ(TRANSFER, { ...there, status: 'partially_reversed' })).toBe(false);
    expect(differ({ ...TRANSFER, status: 'failed' }, { ...there, status: 'reversed' })).toBe(false);
    expect(differ({ ...TRANSFER, status: 'waiting' })).toBe(false);
    expect(differ(null, { ...there, status: 'reversed' })).toBe(false);
    const again = { ...there, reference: 'tr_2', effectId: `${TRANSFER.effectId}r1` };
    expect(differ({ ...TRANSFER, reference: 'tr_2' }, { ...there, status: 'reversed' }, again)).toBe(false);
  });

  test('or is noticed: missing on one side, of another amount or currency, or come back', () => {
    expect(differ(null, there)).toBe(true);
    expect(differ(TRANSFER)).toBe(true);
    expect(differ({ ...TRANSFER, status: 'sent' })).toBe(true);
    expect(differ({ ...TRANSFER, status: 'failed' }, there)).toBe(true);
    expect(differ(TRANSFER, { ...there, amount: 6_001 })).toBe(true);
    expect(differ(TRANSFER, { ...there, currency: 'USD' })).toBe(true);
    expect(differ(TRANSFER, { ...there, status: 'reversed' })).toBe(true);
    const again = { ...there, reference: 'tr_2', effectId: `${TRANSFER.effectId}r1` };
    expect(compareTransfer(TRANSFER, [again, there]).map(({ subject }) => subject)).toEqual([again.effectId]);
    expect(compareTransfer(null, [there])).toEqual([
      {
        ...{ kind: 'transfer_differs', subject: TRANSFER.effectId, paymentId: null, reference: 'tr_1' },
        ...{ ours: null, theirs: { amount: 6_000, currency: 'KES' } },
      },
    ]);
  });
});
