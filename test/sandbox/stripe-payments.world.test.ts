import Stripe from 'stripe';
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
/** The SDK gives the fetch client's response as it came. */
const isReplayed = ({ lastResponse }: { lastResponse: unknown }) =>
  (lastResponse as Response).headers.get('idempotent-replayed') === 'true';
const get = (id: string) => stripe.paymentIntents.retrieve(id);

describe('payment intents', () => {
  it('are made unpaid, with a secret for the guest and what was told with them', async () => {
    const paymentId = newPaymentId();
    const intent = await till.start(paymentId, 12_345, 'usd');

    expect(intent).toMatchObject({
      id: expect.stringMatching(/^pi_\w{24}$/),
      client_secret: expect.stringContaining(`${intent.id}_secret_`),
      status: 'requires_payment_method',
      capture_method: 'manual',
      ...{ amount: 12_345, currency: 'usd', amount_capturable: 0, amount_received: 0 },
      metadata: { paymentId, bookingId: 'bkg_1' },
      transfer_group: 'bkg_1',
    });
    expect(await get(intent.id)).toEqual(intent);
    expect(intent.lastResponse.requestId).toMatch(/^req_/);
  });

  it('are authorised by the guest, captured once, and then have a charge', async () => {
    const id = await till.authorised();
    expect(await get(id)).toMatchObject({ status: 'requires_capture', amount_capturable: 10_000 });

    expect(await stripe.paymentIntents.capture(id)).toMatchObject({
      ...{ status: 'succeeded', amount_capturable: 0, amount_received: 10_000 },
    });
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(charge).toMatchObject({ captured: true, amount_captured: 10_000, amount_refunded: 0 });
    const again = await caught(stripe.paymentIntents.capture(id));
    expect(again).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(again).toMatchObject({
      ...{ statusCode: 400, code: 'payment_intent_unexpected_state' },
      payment_intent: { id, status: 'succeeded' },
    });
    expect(await get(id)).toMatchObject({ amount_received: 10_000 });
  });

  it('are captured in part, and never for more than was authorised', async () => {
    const id = await till.authorised();
    const tooMuch = await caught(stripe.paymentIntents.capture(id, { amount_to_capture: 10_001 }));
    expect(tooMuch).toMatchObject({ type: 'StripeInvalidRequestError', code: 'amount_too_large' });
    expect(await get(id)).toMatchObject({ status: 'requires_capture', amount_received: 0 });

    expect(await stripe.paymentIntents.capture(id, { amount_to_capture: 4_000 })).toMatchObject({
      ...{ status: 'succeeded', amount_received: 4_000 },
    });
  });

  it('are not captured before the guest has paid', async () => {
    const { id } = await till.start(newPaymentId());
    expect(await caught(stripe.paymentIntents.capture(id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    expect(await get(id)).toMatchObject({ status: 'requires_payment_method' });
  });

  it('are cancelled before and after the authorisation, and then nobody can pay them', async () => {
    const paymentId = newPaymentId();
    const unpaid = await till.start(paymentId);
    expect(await stripe.paymentIntents.cancel(unpaid.id, { cancellation_reason: 'abandoned' })).toMatchObject(
      {
        ...{ status: 'canceled', cancellation_reason: 'abandoned', canceled_at: expect.any(Number) },
      },
    );
    expect(await till.play(paymentId, 'succeed')).toMatchObject({
      ...{ status: 409, body: { code: 'payments.not_now' } },
    });
    expect(await get(unpaid.id)).toMatchObject({ status: 'canceled', amount_capturable: 0 });

    const id = await till.authorised();
    expect(await stripe.paymentIntents.cancel(id)).toMatchObject({
      status: 'canceled',
      amount_capturable: 0,
    });
  });

  it('are not cancelled once captured', async () => {
    const id = await till.captured();
    const error = await caught(stripe.paymentIntents.cancel(id));
    expect(error).toMatchObject({
      type: 'StripeInvalidRequestError',
      code: 'payment_intent_unexpected_state',
    });
    expect((error as Error).message).toContain(
      'cannot cancel this PaymentIntent because it has a status of succeeded',
    );
    expect(await get(id)).toMatchObject({ status: 'succeeded' });
  });

  it('that a card declines can be paid with another', async () => {
    const paymentId = newPaymentId();
    const { id } = await till.start(paymentId);
    await till.play(paymentId, 'fail');
    expect(await get(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { type: 'card_error', code: 'card_declined' },
    });

    await till.play(paymentId, 'succeed');
    expect(await get(id)).toMatchObject({ status: 'requires_capture', last_payment_error: null });
  });

  it('that nobody captures for seven days are let go', async () => {
    const [kept, left] = [await till.captured(), await till.authorised()];
    await place.call('POST', '/sandbox/clock', { advance: 'P6DT23H59M' });
    await expect.poll(async () => (await get(left)).status).toBe('requires_capture');

    await place.call('POST', '/sandbox/clock', { advance: 'PT2M' });
    await expect.poll(async () => (await get(left)).status).toBe('canceled');
    expect(await get(left)).toMatchObject({ cancellation_reason: 'automatic' });
    expect(await get(kept)).toMatchObject({ status: 'succeeded' });
  });

  it('are listed the newest first, by their time and over as many pages as it takes', async () => {
    await place.call('POST', '/sandbox/clock', { advance: 'P1D' });
    const from = Math.floor(
      Date.parse((await place.call('GET', '/sandbox/clock')).body.now as string) / 1000,
    );
    const made: string[] = [];
    for (let index = 0; index < 7; index++) made.unshift((await till.start(newPaymentId())).id);

    const first = await stripe.paymentIntents.list({ created: { gte: from }, limit: 3 });
    expect(first).toMatchObject({ has_more: true, data: made.slice(0, 3).map((id) => ({ id })) });
    const all = await stripe.paymentIntents
      .list({ created: { gte: from }, limit: 3 })
      .autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(made);
    const before = await stripe.paymentIntents.list({ limit: 2, ending_before: made[3] as string });
    expect(before.data.map(({ id }) => id)).toEqual(made.slice(1, 3));
    expect((await stripe.paymentIntents.list({ created: { gte: from + 86_400 } })).data).toEqual([]);
    expect((await stripe.paymentIntents.list({ created: { lt: from }, limit: 100 })).data).not.toContainEqual(
      expect.objectContaining({ id: made[6] }),
    );
  });
});

describe('errors', () => {
  it('say that nothing is done without a key, or with one of another kind', async () => {
    const count = async () => (await stripe.paymentIntents.list({ limit: 100 })).data.length;
    const before = await count();
    const anonymous = await place.call('POST', '/sandbox/stripe/v1/payment_intents', 'amount=1&currency=usd');
    expect(anonymous).toMatchObject({ status: 401, body: { error: { type: 'invalid_request_error' } } });
    const live = sdkFor(place, { key: 'sk_live_0123456789abcdef0123' });
    const error = await caught(live.paymentIntents.create({ amount: 100, currency: 'usd' }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect((error as Error).message).not.toContain('0123456789');
    expect(await count()).toBe(before);
  });

  it.each([
    ['an unknown parameter', { amount: 1, currency: 'usd', colour: 'red' }, 'parameter_unknown', 'colour'],
    ['no amount', { currency: 'usd' }, 'parameter_missing', 'amount'],
    ['half a cent', { amount: 1.5, currency: 'usd' }, 'parameter_invalid_integer', 'amount'],
    ['nothing to pay', { amount: 0, currency: 'usd' }, 'parameter_invalid', 'amount'],
    ['a million dollars', { amount: 100_000_000, currency: 'usd' }, 'amount_too_large', 'amount'],
    ['a hundredth of a shilling', { amount: 101, currency: 'ugx' }, 'parameter_invalid', 'amount'],
  ])('name %s, and nothing is made', async (_, params, code, param) => {
    const before = await stripe.paymentIntents.list({ limit: 1 });
    const error = await caught(stripe.paymentIntents.create(params as Stripe.PaymentIntentCreateParams));
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, code, param });
    expect((await stripe.paymentIntents.list({ limit: 1 })).data).toEqual(before.data);
  });

  it('are 404 for what is not there', async () => {
    expect(await caught(get('pi_gone'))).toMatchObject({ statusCode: 404, code: 'resource_missing' });
    expect(await caught(stripe.customers.create())).toMatchObject({ statusCode: 404 });
  });
});

describe('idempotency', () => {
  const params = { amount: 5_000, currency: 'usd' };
  const create = (key: string, more = {}) =>
    stripe.paymentIntents.create({ ...params, ...more }, { idempotencyKey: key });

  it('makes one thing per key, however often and at once it is asked for', async () => {
    const key = crypto.randomUUID();
    const made = await Promise.all(Array.from({ length: 8 }, () => create(key)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const replayed = made.filter(isReplayed);
    expect(replayed).toHaveLength(7);
    expect((await create(crypto.randomUUID())).id).not.toBe(made[0]?.id);
  });

  it('refuses a key with other parameters, or for something else', async () => {
    const key = crypto.randomUUID();
    const { id } = await create(key);
    expect(await caught(create(key, { amount: 6_000 }))).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
    const elsewhere = await caught(stripe.paymentIntents.cancel(id, {}, { idempotencyKey: key }));
    expect(elsewhere).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
    expect(await get(id)).toMatchObject({ status: 'requires_payment_method', amount: 5_000 });
  });

  it('keeps an error that came after the beginning, and forgets one that came before', async () => {
    const [begun, notBegun] = [crypto.randomUUID(), crypto.randomUUID()];
    const paymentId = newPaymentId();
    const { id } = await till.start(paymentId);
    const capture = () => caught(stripe.paymentIntents.capture(id, {}, { idempotencyKey: begun }));
    const first = await capture();
    await till.play(paymentId, 'succeed');
    expect(await capture()).toMatchObject({ message: (first as Error).message });
    expect(await get(id)).toMatchObject({ status: 'requires_capture' });

    await caught(create(notBegun, { amount: 0 }));
    expect(await create(notBegun)).toMatchObject({ amount: 5_000 });
  });

  it('forgets a key after 24 hours', async () => {
    const key = crypto.randomUUID();
    const first = await create(key);
    await place.call('POST', '/sandbox/clock', { advance: 'PT23H59M' });
    expect((await create(key)).id).toBe(first.id);
    await place.call('POST', '/sandbox/clock', { advance: 'PT2M' });
    expect((await create(key)).id).not.toBe(first.id);
  });

  it('lets the retries of the SDK do a thing once', async () => {
    await place.call('POST', '/sandbox/faults', { target: 'stripe', mode: 'lost', times: 1 });
    const intent = await sdkFor(place, { retries: 1 }).paymentIntents.create(params);
    expect(isReplayed(intent)).toBe(true);
    const [newest] = (await stripe.paymentIntents.list({ limit: 1 })).data;
    expect(newest?.id).toBe(intent.id);
  });
});
