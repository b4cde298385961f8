import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { openSandbox } from './ground.ts';
import { createTill, newPaymentId, sdkFor } from './stripe-ground.ts';

const place = openSandbox();
const stripe = sdkFor(place);
const till = createTill(place, stripe);

const caught = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const chargeOf = async (id: string) => {
  const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  return intent.latest_charge as Stripe.Charge;
};
const refund = (payment_intent: string, amount?: number) =>
  stripe.refunds.create({ payment_intent, ...(amount === undefined ? {} : { amount }) });

describe('refunds', () => {
  it('give back a part, then the rest, and are found by their payment', async () => {
    const id = await till.captured();
    const part = await stripe.refunds.create({
      payment_intent: id,
      amount: 3_000,
      metadata: { effectId: 'e1' },
    });
    expect(part).toMatchObject({
      ...{ id: expect.stringMatching(/^re_/), amount: 3_000, currency: 'kes', status: 'succeeded' },
      ...{ payment_intent: id, metadata: { effectId: 'e1' } },
    });
    expect(await chargeOf(id)).toMatchObject({ amount_refunded: 3_000, refunded: false });

    const rest = await refund(id);
    expect(rest.amount).toBe(7_000);
    expect(await chargeOf(id)).toMatchObject({ amount_refunded: 10_000, refunded: true });
    expect(await stripe.refunds.retrieve(part.id)).toEqual(part);
    const { data } = await stripe.refunds.list({ payment_intent: id });
    expect(data.map((one) => one.id)).toEqual([rest.id, part.id]);
  });

  it('never give back more than was captured', async () => {
    const { id: authorised } = await till.start(newPaymentId());
    expect(await caught(refund(authorised, 1))).toMatchObject({ type: 'StripeInvalidRequestError' });

    const id = await till.captured();
    await refund(id, 6_000);
    const tooMuch = await caught(refund(id, 4_001));
    expect(tooMuch).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, param: 'amount' });
    expect(await chargeOf(id)).toMatchObject({ amount_refunded: 6_000 });
    await refund(id, 4_000);
    expect(await caught(refund(id))).toMatchObject({ code: 'charge_already_refunded' });
    expect((await stripe.refunds.list({ payment_intent: id })).data).toHaveLength(2);
  });

  it('can fail later, and the money is there again', async () => {
    const paymentId = newPaymentId();
    const id = await till.captured(paymentId);
    const { id: refundId } = await refund(id, 2_500);
    await till.play(paymentId, 'fail_refund');
    expect(await stripe.refunds.retrieve(refundId)).toMatchObject({ status: 'failed' });
    expect(await chargeOf(id)).toMatchObject({ amount_refunded: 0 });
    expect((await refund(id)).amount).toBe(10_000);
  });
});

describe('disputes', () => {
  it('take the money, and end one way or the other', async () => {
    for (const [outcome, status] of [
      ['win_dispute', 'won'],
      ['lose_dispute', 'lost'],
    ] as const) {
      const paymentId = newPaymentId();
      const id = await till.captured(paymentId);
      await till.play(paymentId, 'dispute');
      const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
      expect(dispute).toMatchObject({ status: 'needs_response', amount: 10_000, payment_intent: id });
      expect(await caught(refund(id))).toMatchObject({ code: 'charge_disputed' });

      await till.play(paymentId, outcome);
      expect(await stripe.disputes.retrieve(dispute?.id as string)).toMatchObject({ status });
      expect(await till.play(paymentId, outcome)).toMatchObject({ status: 409 });
    }
  });

  it('are only about what was captured and is not given back', async () => {
    const paymentId = newPaymentId();
    await till.authorised(paymentId);
    expect(await till.play(paymentId, 'dispute')).toMatchObject({ status: 409 });
    const paid = newPaymentId();
    await refund(await till.captured(paid));
    expect(await till.play(paid, 'dispute')).toMatchObject({ status: 409 });
    expect(await till.play(paid, 'win_dispute')).toMatchObject({ status: 409 });
  });
});

describe('accounts and transfers', () => {
  const open = () =>
    stripe.accounts.create({
      type: 'express',
      country: 'KE',
      capabilities: { transfers: { requested: true } },
    });
  const transfer = (destination: string, amount: number, currency = 'tzs') =>
    stripe.transfers.create({ ...{ amount, currency, destination }, transfer_group: 'bkg_7' });

  it('lets a host have an account and a page to complete it', async () => {
    const account = await open();
    expect(account).toMatchObject({
      ...{ id: expect.stringMatching(/^acct_/), type: 'express', country: 'KE', payouts_enabled: true },
      capabilities: { transfers: 'active' },
    });
    expect(await stripe.accounts.retrieve(account.id)).toEqual(account);
    const urls = { refresh_url: 'https://a.test/again', return_url: 'https://a.test/done' };
    const link = await stripe.accountLinks.create({
      account: account.id,
      type: 'account_onboarding',
      ...urls,
    });
    expect(link).toMatchObject({ object: 'account_link', url: 'https://a.test/done' });
  });

  it('passes money on, as much as there is of the currency, and can take it back', async () => {
    const { id: destination } = await open();
    await till.captured(newPaymentId(), 9_000, 'tzs');
    expect(await caught(transfer(destination, 9_001))).toMatchObject({
      ...{ type: 'StripeInvalidRequestError', code: 'balance_insufficient' },
    });
    expect(await caught(transfer(destination, 1, 'zmw'))).toMatchObject({ code: 'balance_insufficient' });
    expect((await stripe.transfers.list({ destination })).data).toEqual([]);

    const made = await transfer(destination, 8_000);
    expect(made).toMatchObject({ amount: 8_000, destination, amount_reversed: 0, transfer_group: 'bkg_7' });
    expect(await caught(transfer(destination, 1_001))).toMatchObject({ code: 'balance_insufficient' });
    const reversal = await stripe.transfers.createReversal(made.id, { amount: 5_000 });
    expect(reversal).toMatchObject({ id: expect.stringMatching(/^trr_/), amount: 5_000, transfer: made.id });
    expect(await caught(stripe.transfers.createReversal(made.id, { amount: 3_001 }))).toMatchObject({
      param: 'amount',
    });
    expect(await stripe.transfers.retrieve(made.id)).toMatchObject({
      ...{ amount_reversed: 5_000, reversed: false, reversals: { data: [{ id: reversal.id }] } },
    });
    await stripe.transfers.createReversal(made.id);
    expect(await stripe.transfers.retrieve(made.id)).toMatchObject({
      amount_reversed: 8_000,
      reversed: true,
    });
    expect(await caught(stripe.transfers.createReversal(made.id))).toMatchObject({ statusCode: 400 });
    expect((await stripe.transfers.listReversals(made.id)).data).toHaveLength(2);
    const { data } = await stripe.transfers.list({ transfer_group: 'bkg_7', destination });
    expect(data.map(({ id }) => id)).toEqual([made.id]);
  });

  it('counts what was refunded, disputed and won back', async () => {
    const { id: destination } = await open();
    const paymentId = newPaymentId();
    const id = await till.captured(paymentId, 1_000, 'mwk');
    await refund(id, 400);
    expect(await caught(transfer(destination, 601, 'mwk'))).toMatchObject({ code: 'balance_insufficient' });
    await till.play(paymentId, 'dispute');
    expect(await caught(transfer(destination, 1, 'mwk'))).toMatchObject({ code: 'balance_insufficient' });
    await till.play(paymentId, 'win_dispute');
    expect(await transfer(destination, 600, 'mwk')).toMatchObject({ amount: 600 });
  });

  it('sends nothing to nobody, nor to an account that may not have it', async () => {
    await till.captured(newPaymentId(), 500, 'szl');
    const { id: without } = await stripe.accounts.create({ type: 'express', country: 'KE' });
    expect(await caught(transfer('acct_gone', 100, 'szl'))).toMatchObject({
      ...{ type: 'StripeInvalidRequestError', code: 'resource_missing', param: 'destination' },
    });
    expect(await caught(transfer(without, 100, 'szl'))).toMatchObject({
      code: 'insufficient_capabilities_for_transfer',
    });
    expect((await stripe.transfers.list({ destination: without })).data).toEqual([]);
  });
});
