import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_SECRET } from '../../sandbox/src/stripe/secret.ts';
import { openSandbox, type Received } from './ground.ts';
import { createTill, newPaymentId, sdkFor } from './stripe-ground.ts';

const place = openSandbox();
const { call, received } = place;
const stripe = sdkFor(place);
const till = createTill(place, stripe);

const nowMs = async () => Date.parse((await call('GET', '/sandbox/clock')).body.now as string);
const advance = (by: string) => call('POST', '/sandbox/clock', { advance: by });
type Delivery = { id: string; state: string; attempts: number; lastStatus: number | null; mode: string };
const deliveries = async () => (await call('GET', '/sandbox/deliveries')).body.data as Delivery[];
const onlyDelivery = async () => {
  const [delivery, ...others] = await deliveries();
  expect(others).toEqual([]);
  return delivery as Delivery;
};
const signature = ({ headers }: Received) => headers.get('stripe-signature') ?? '';
const timestamp = (one: Received) => Number(/t=(\d+)/.exec(signature(one))?.[1]);
/** As the SDK's own users do it, by the clock of the sandbox. */
const verify = async (one: Received, secret = WEBHOOK_SECRET) =>
  Stripe.webhooks.constructEventAsync(one.body, signature(one), secret, 300, undefined, await nowMs());
const refusal = (one: Received) =>
  verify(one).then(
    () => null,
    (error: unknown) => error,
  );
const typesOf = (all: readonly Received[]) => all.map(({ body }) => JSON.parse(body).type as string);
const first = () => received[0] as Received;

describe('webhooks of Stripe', () => {
  it('tell the whole life of a payment, each once, at the address of Roost, as the SDK verifies', async () => {
    const paymentId = newPaymentId();
    const { id } = await till.start(paymentId, 10_000, 'gbp');
    await till.play(paymentId, 'fail');
    await till.play(paymentId, 'succeed');
    await stripe.paymentIntents.capture(id);
    await stripe.refunds.create({ payment_intent: id, amount: 1_000 });
    await till.play(paymentId, 'dispute');
    await till.play(paymentId, 'win_dispute');
    const { id: destination } = await stripe.accounts.create({
      ...{ type: 'express', capabilities: { transfers: { requested: true } } },
    });
    const transfer = await stripe.transfers.create({ amount: 500, currency: 'gbp', destination });
    await stripe.transfers.createReversal(transfer.id);
    const canceled = await till.authorised();
    await stripe.paymentIntents.cancel(canceled);

    const types = [
      'payment_intent.payment_failed',
      'payment_intent.amount_capturable_updated',
      'payment_intent.succeeded',
      'refund.created',
      'charge.refunded',
      'charge.dispute.created',
      'charge.dispute.closed',
      'transfer.created',
      'transfer.reversed',
      'payment_intent.amount_capturable_updated',
      'payment_intent.canceled',
    ];
    await expect.poll(() => typesOf(received)).toEqual(types);
    const events = await Promise.all(received.map((one) => verify(one)));
    expect(new Set(events.map((event) => event.id)).size).toBe(types.length);
    expect(received.every(({ path }) => path === '/v1/webhooks/stripe')).toBe(true);
    expect(events[2]?.data.object).toMatchObject({ id, status: 'succeeded', metadata: { paymentId } });
    expect(await stripe.events.retrieve(events[2]?.id as string)).toEqual(events[2]);
    const { data } = await stripe.events.list({ type: 'payment_intent.succeeded', limit: 1 });
    expect(data).toEqual([events[2]]);
  });

  it('come again until Roost has taken them, with the same event and a fresh signature', async () => {
    place.answerWith(503);
    await till.authorised();
    expect(await onlyDelivery()).toMatchObject({ state: 'waiting', attempts: 1, lastStatus: 503 });

    place.answerWith(200);
    await advance('PT10M');
    await expect.poll(async () => (await onlyDelivery()).state).toBe('delivered');
    expect(received).toHaveLength(2);
    expect(received[1]?.body).toBe(first().body);
    expect(timestamp(received[1] as Received) - timestamp(first())).toBeGreaterThanOrEqual(600);
    await verify(received[1] as Received);
    await advance('P30D');
    await till.authorised();
    expect(received.filter(({ body }) => body === first().body)).toHaveLength(2);
  });

  it('are given up after eight attempts, and can still be sent by hand', async () => {
    place.answerWith(400);
    await till.authorised();
    for (let attempts = 1; attempts < 8; attempts++) {
      await advance('P1D');
      await expect.poll(async () => (await deliveries()).at(-1)?.attempts).toBe(attempts + 1);
    }
    const { id, state } = (await deliveries()).at(-1) as Delivery;
    expect(state).toBe('given_up');

    place.answerWith(200);
    expect(await call('POST', `/sandbox/deliveries/${id}`)).toMatchObject({
      ...{ status: 200, body: { id, state: 'delivered', lastStatus: 200 } },
    });
    expect((await call('POST', '/sandbox/deliveries/dlv_gone')).status).toBe(404);
  });

  it('survive a restart of the sandbox', async () => {
    place.answerWith(500);
    await till.authorised();
    place.answerWith(200);
    await place.restart();
    await advance('PT1H');
    await expect.poll(async () => (await onlyDelivery()).state).toBe('delivered');
  });
});

describe('faults of deliveries', () => {
  let paymentId = '';
  const meet = (faults: unknown) => till.play(paymentId, 'succeed', faults);
  const started = async () => {
    paymentId = newPaymentId();
    await till.start(paymentId);
  };

  it('duplicate: the same event comes twice', async () => {
    await started();
    await meet({ mode: 'duplicate' });
    expect(received).toHaveLength(2);
    const [one, two] = await Promise.all(received.map((each) => verify(each)));
    expect(two).toEqual(one);
  });

  it('reorder: it comes after the next one', async () => {
    await started();
    await meet({ mode: 'reorder' });
    expect(received).toEqual([]);
    const [held] = (await stripe.paymentIntents.list({ limit: 1 })).data;
    await stripe.paymentIntents.capture(held?.id as string);

    const types = ['payment_intent.succeeded', 'payment_intent.amount_capturable_updated'];
    await expect.poll(() => typesOf(received)).toEqual(types);
    await Promise.all(received.map((each) => verify(each)));
  });

  it('late: it comes when the clock is there, and is of that moment', async () => {
    await started();
    await meet({ mode: 'late', by: 'PT2H' });
    await advance('PT1H59M');
    await till.authorised();
    expect(received).toHaveLength(1);

    await advance('PT2M');
    await expect.poll(() => received.length).toBe(2);
    await verify(received[1] as Received);
  });

  it('drop: it never comes by itself', async () => {
    await started();
    await meet({ mode: 'drop' });
    await advance('P7D');
    await till.authorised();
    const dropped = (await deliveries()).filter(({ state }) => state === 'dropped');
    expect(dropped).toHaveLength(1);
    expect(received.some(({ body }) => body.includes(paymentId) && body.includes('capturable_updated'))).toBe(
      false,
    );
  });

  it.each(['forged', 'tampered', 'truncated', 'reserialised', 'old'])(
    '%s: the SDK refuses the first attempt and takes the second',
    async (mode) => {
      await started();
      place.answerWith(400);
      await meet({ mode });
      expect(await refusal(first())).toBeInstanceOf(Stripe.errors.StripeSignatureVerificationError);

      place.answerWith(200);
      await advance('PT5S');
      await expect.poll(() => received.length).toBe(2);
      const event = await verify(received[1] as Received);
      expect(event.data.object).toMatchObject({ metadata: { paymentId: paymentId } });
    },
  );

  it('reserialised and tampered: the signature is that of the true body', async () => {
    await started();
    await meet({ mode: 'reserialised' });
    const { body } = (await call('GET', `/sandbox/deliveries/${(await onlyDelivery()).id}`)).body as {
      body: string;
    };
    expect(JSON.parse(first().body)).toEqual(JSON.parse(body));
    expect(first().body).not.toBe(body);
    await verify({ ...first(), body });

    await call('DELETE', '/sandbox/deliveries');
    received.length = 0;
    await started();
    await meet({ mode: 'tampered' });
    expect(JSON.parse(first().body).data.object.amount).toBe(10_001);
  });

  it.each([
    ['old', -301],
    ['future', 301],
  ])('%s: it is signed %d seconds off', async (mode, off) => {
    await started();
    await meet({ mode });
    const ahead = timestamp(first()) - Math.floor((await nowMs()) / 1000);
    expect(Math.abs(ahead - off)).toBeLessThanOrEqual(1);
    expect(await refusal({ ...first(), body: `${first().body} ` })).not.toBeNull();
  });

  it('can be set for the next so many, and are then over', async () => {
    const set = await call('POST', '/sandbox/delivery-faults', { target: 'stripe', mode: 'drop', times: 1 });
    expect(set.body.data).toEqual([{ target: 'stripe', mode: 'drop', times: 1 }]);
    await till.authorised();
    expect(received).toEqual([]);
    expect((await call('GET', '/sandbox/delivery-faults')).body.data).toEqual([]);
    await till.authorised();
    expect(received).toHaveLength(1);
  });

  it.each([
    [{ target: 'mail', mode: 'drop' }],
    [{ target: 'stripe', mode: 'late' }],
    [{ target: 'stripe', mode: 'late', by: 'soon' }],
    [{ target: 'stripe', mode: 'drop', by: 'PT1S' }],
    [{ target: 'mpesa', mode: 'future' }],
    [{ target: 'stripe', mode: 'gone' }],
  ])('refuses %j, and everything is delivered', async (fault) => {
    expect(await call('POST', '/sandbox/delivery-faults', fault)).toMatchObject({ status: 400 });
    expect((await call('GET', '/sandbox/delivery-faults')).body.data).toEqual([]);
    await till.authorised();
    expect(received).toHaveLength(1);
  });

  it('refuses to play what nobody knows', async () => {
    expect(await till.play('pay_nobody', 'succeed')).toMatchObject({ status: 404 });
    await started();
    expect(await meet({ mode: 'gone' })).toMatchObject({ status: 400 });
    expect(await till.play(paymentId, 'vanish')).toMatchObject({ status: 400 });
    expect(await deliveries()).toEqual([]);
    expect((await stripe.paymentIntents.list({ limit: 1 })).data[0]?.status).toBe('requires_payment_method');
  });
});

describe('faults of Stripe itself', () => {
  const fail = (mode: string) => call('POST', '/sandbox/faults', { target: 'stripe', mode, times: 1 });
  const create = (idempotencyKey: string) =>
    stripe.paymentIntents.create({ amount: 700, currency: 'usd' }, { idempotencyKey }).then(
      ({ id }) => id,
      (error: Error) => error,
    );
  const newest = async () => (await stripe.paymentIntents.list({ limit: 1 })).data[0]?.id ?? null;

  it('down: nothing is done', async () => {
    const before = await newest();
    await fail('down');
    expect(await create(crypto.randomUUID())).toBeInstanceOf(Stripe.errors.StripeAPIError);
    expect(await newest()).toBe(before);
  });

  it.each(['lost', 'error'])('%s: it is done, and the same key tells what', async (mode) => {
    const [before, key] = [await newest(), crypto.randomUUID()];
    await fail(mode);
    expect(await create(key)).toBeInstanceOf(Stripe.errors.StripeAPIError);
    const made = await newest();
    expect(made).not.toBe(before);
    expect(await create(key)).toBe(made);
  });

  it('stuck: it is done, and the same key never tells', async () => {
    const [before, key] = [await newest(), crypto.randomUUID()];
    await fail('stuck');
    for (const _ of [1, 2, 3]) {
      expect(await create(key)).toMatchObject({ type: 'StripeAPIError', statusCode: 500 });
    }
    const made = await newest();
    expect(made).not.toBe(before);
    const { data } = await stripe.paymentIntents.list({ limit: 2 });
    expect(data[1]?.id ?? null).toBe(before);
  });

  it('slow: it is done while the caller still waits', async () => {
    const before = await newest();
    await fail('slow');
    const waiting = create(crypto.randomUUID()).then(() => 'answered');
    await expect.poll(newest).not.toBe(before);
    const patience = new Promise((resolve) => setTimeout(resolve, 200, 'waiting'));
    expect(await Promise.race([waiting, patience])).toBe('waiting');
  });
});
