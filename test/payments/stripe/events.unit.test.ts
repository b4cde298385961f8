import { expect, test } from 'vitest';
import { readStripeEvent } from '../../../src/payments/stripe/index.ts';
import { DISPUTE, eventOf, INTENT, NOW_MS, REFUND, SECRET, sign, TRANSFER } from './signed.ts';

async function read(type: string, object: object, previous?: object) {
  const body = JSON.stringify(eventOf(type, object, previous));
  return readStripeEvent(body, await sign(body), [SECRET], NOW_MS);
}
const ofPayment = { paymentId: 'pay_1', reference: 'pi_1', currency: 'KES' };
const ofRefund = { paymentId: 'pay_1', reference: 're_1', amount: 4_000, receipt: null };
const ofDispute = { paymentId: null, reference: 'dp_1', amount: 9_000, receipt: null };
const ours = { amount: 500, metadata: { effectId: 'eff_1' } };
const foreign = { amount: 1_500, metadata: {} };

test.each([
  [
    'a card holds the money',
    'payment_intent.amount_capturable_updated',
    { ...INTENT, amount_capturable: 9_000 },
    undefined,
    { ...ofPayment, kind: 'authorized', amount: 9_000, receipt: 'ch_1' },
  ],
  [
    'the money is taken, be it less than was held',
    'payment_intent.succeeded',
    { ...INTENT, status: 'succeeded', amount_received: 8_000 },
    undefined,
    { ...ofPayment, kind: 'captured', amount: 8_000, receipt: 'ch_1' },
  ],
  [
    'a card was declined',
    'payment_intent.payment_failed',
    { ...INTENT, status: 'requires_payment_method' },
    undefined,
    { ...ofPayment, kind: 'failed', amount: 9_000, receipt: null },
  ],
  [
    'the money is let go',
    'payment_intent.canceled',
    { ...INTENT, status: 'canceled' },
    undefined,
    { ...ofPayment, kind: 'voided', amount: 9_000, receipt: null },
  ],
  ['the guest has money back', 'refund.created', REFUND, undefined, { ...ofRefund, kind: 'refunded' }],
  [
    'a refund has arrived that was on its way',
    'refund.updated',
    REFUND,
    { status: 'pending' },
    { ...ofRefund, kind: 'refunded' },
  ],
  [
    'a refund has come back',
    'refund.failed',
    { ...REFUND, status: 'failed' },
    { status: 'succeeded' },
    { ...ofRefund, kind: 'refund_failed' },
  ],
  [
    'a refund was taken back',
    'refund.updated',
    { ...REFUND, status: 'canceled' },
    { status: 'pending' },
    { ...ofRefund, kind: 'refund_failed' },
  ],
  [
    "the guest's bank takes the money",
    'charge.dispute.created',
    DISPUTE,
    undefined,
    { ...ofDispute, kind: 'disputed' },
  ],
  [
    'a bank that only asked takes the money',
    'charge.dispute.updated',
    DISPUTE,
    { status: 'warning_under_review' },
    { ...ofDispute, kind: 'disputed' },
  ],
  [
    'a dispute is won',
    'charge.dispute.closed',
    { ...DISPUTE, status: 'won' },
    undefined,
    { ...ofDispute, kind: 'dispute_won' },
  ],
  [
    'a dispute is lost',
    'charge.dispute.closed',
    { ...DISPUTE, status: 'lost' },
    undefined,
    { ...ofDispute, kind: 'dispute_lost' },
  ],
  [
    'a dispute has ended before it began, with the money at the guest',
    'charge.dispute.closed',
    { ...DISPUTE, status: 'prevented' },
    undefined,
    { ...ofDispute, kind: 'dispute_lost' },
  ],
  [
    'a transfer came back by itself',
    'transfer.reversed',
    { ...TRANSFER, reversals: { data: [foreign, ours] } },
    undefined,
    { kind: 'transfer_failed', paymentId: 'pay_1', reference: 'tr_1', amount: 1_500, receipt: null },
  ],
])('%s (%s)', async (_, type, object, previous, told) => {
  expect(await read(type, object, previous)).toEqual({
    kind: 'event',
    event: { source: 'stripe', eventId: 'evt_1', at: NOW_MS - 60_000, currency: 'KES', ...told },
    paymentReference: type.startsWith('transfer') ? null : 'pi_1',
  });
});

test.each([
  ['what only begins', 'payment_intent.created', INTENT, undefined],
  ['what a refund tells too', 'charge.refunded', { id: 'ch_1', metadata: {} }, undefined],
  ['a refund on its way', 'refund.created', { ...REFUND, status: 'pending' }, undefined],
  ['a refund that only has a number now', 'refund.updated', REFUND, { destination_details: {} }],
  [
    'a bank that only asks',
    'charge.dispute.created',
    { ...DISPUTE, status: 'warning_needs_response' },
    undefined,
  ],
  [
    'the answer to a bank',
    'charge.dispute.updated',
    { ...DISPUTE, status: 'under_review' },
    { status: 'needs_response' },
  ],
  [
    'a bank that has only asked',
    'charge.dispute.closed',
    { ...DISPUTE, status: 'warning_closed' },
    undefined,
  ],
  ['a transfer on its way', 'transfer.created', TRANSFER, undefined],
  ['what we have taken back', 'transfer.reversed', { ...TRANSFER, reversals: { data: [ours] } }, undefined],
  ['what is invented tomorrow', 'payment_intent.teleported', INTENT, undefined],
])('%s is no news (%s)', async (_, type, object, previous) => {
  expect(await read(type, object, previous)).toEqual({ kind: 'ignored', type });
});

test('a payment that was not ours has no id of ours', async () => {
  const reading = await read('payment_intent.succeeded', { ...INTENT, metadata: {} });
  expect(reading).toMatchObject({ kind: 'event', event: { paymentId: null, reference: 'pi_1' } });
});

test('amounts are in our units, however Stripe writes them', async () => {
  const uganda = { ...INTENT, status: 'succeeded', currency: 'ugx', amount_received: 150_000 };
  expect(await read('payment_intent.succeeded', uganda)).toMatchObject({
    event: { amount: 1_500, currency: 'UGX' },
  });
  const madagascar = { ...REFUND, currency: 'mga', amount: 40 };
  expect(await read('refund.created', madagascar)).toMatchObject({
    event: { amount: 4_000, currency: 'MGA' },
  });
});
