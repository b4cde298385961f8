import { describe, expect, it } from 'vitest';
import type { Effect, PaymentOrder } from '../../../src/payments/ports.ts';
import { createStripe } from '../../../src/payments/stripe/index.ts';
import { openSandbox } from '../../sandbox/ground.ts';
import { sdkFor } from '../../sandbox/stripe-ground.ts';
import { effectOf, newId, newOrder, openProvider, settingsFor } from './ground.ts';

const place = openSandbox();
const stripe = sdkFor(place);
const provider = () => openProvider(place);

const play = (paymentId: string, outcome: string) =>
  place.call('POST', `/sandbox/payments/${paymentId}`, { outcome });
const fail = (mode: string, times = 1) =>
  place.call('POST', '/sandbox/faults', { target: 'stripe', mode, times });
async function started(order: PaymentOrder): Promise<string> {
  const answer = await provider().start(order);
  if (!answer.ok) throw new Error(answer.code);
  return answer.reference;
}
async function authorised(order = newOrder()) {
  const reference = await started(order);
  await play(order.id, 'succeed');
  return { order, reference };
}
async function captured(order = newOrder()) {
  const { reference } = await authorised(order);
  expect((await provider().perform(effectOf('capture', order, reference))).kind).toBe('done');
  return { order, reference };
}
const openAccount = async () => {
  const capabilities = { transfers: { requested: true } };
  return (await stripe.accounts.create({ type: 'express', country: 'KE', capabilities })).id;
};

describe('a payment at Stripe', () => {
  it('begins with what the guest needs, and is the same one however often it is begun', async () => {
    const order = newOrder();
    const first = await provider().start(order);
    expect(first).toEqual({
      ok: true,
      reference: expect.stringMatching(/^pi_/),
      forGuest: {
        clientSecret: expect.stringMatching(/^pi_\w+_secret_/),
        publishableKey: 'pk_test_0123456789abcdef',
      },
    });
    expect(await provider().start(order)).toEqual(first);

    const [intent] = (await stripe.paymentIntents.list({ limit: 1 })).data;
    expect(intent).toMatchObject({
      ...{ amount: 25_000, currency: 'kes', capture_method: 'manual', transfer_group: order.bookingId },
      metadata: { paymentId: order.id, bookingId: order.bookingId },
    });
  });

  it.each(['lost', 'error', 'slow'])('whose beginning is %s is begun once', async (mode) => {
    const order = newOrder();
    await fail(mode);
    expect(await provider().start(order)).toMatchObject({ ok: false, why: 'unknown' });
    const reference = await started(order);
    const { data } = await stripe.paymentIntents.list({ limit: 100 });
    expect(data.filter(({ metadata }) => metadata.paymentId === order.id).map(({ id }) => id)).toEqual([
      reference,
    ]);
  });

  it('is refused where Stripe does not take it, and unknown where Stripe does not answer', async () => {
    const before = (await stripe.paymentIntents.list({ limit: 1 })).data;
    expect(await provider().start(newOrder({ currency: 'IRR' }))).toMatchObject({
      ok: false,
      why: 'refused',
    });
    await fail('down');
    expect(await provider().start(newOrder())).toEqual({ ok: false, why: 'unknown', code: 'server_error' });
    const strangers = createStripe({ ...settingsFor(place), secretKey: 'sk_live_0123456789abcdef' }, fetch);
    expect(await strangers.start(newOrder())).toEqual({ ok: false, why: 'unknown', code: 'not_allowed' });
    const nobody = createStripe({ ...settingsFor(place), url: 'http://127.0.0.1:9' }, fetch);
    expect(await nobody.start(newOrder())).toEqual({ ok: false, why: 'unknown', code: 'no_answer' });
    expect((await stripe.paymentIntents.list({ limit: 1 })).data).toEqual(before);
  });

  it('can be looked at in every state', async () => {
    const order = newOrder();
    const reference = await started(order);
    const look = () => provider().look({ id: order.id, reference });
    const base = { paymentId: order.id, reference, amount: 25_000, refunded: 0, currency: 'KES' };
    expect(await look()).toEqual({ ...base, status: 'waiting', captured: 0, receipt: null });
    await play(order.id, 'fail');
    expect(await look()).toEqual({ ...base, status: 'failed', captured: 0, receipt: null });
    await play(order.id, 'succeed');
    const receipt = expect.stringMatching(/^ch_/);
    expect(await look()).toEqual({ ...base, status: 'authorized', captured: 0, receipt });
    await provider().perform(effectOf('capture', order, reference, { amount: 20_000 }));
    await provider().perform(effectOf('refund', order, reference, { amount: 500 }));
    expect(await look()).toEqual({ ...base, status: 'captured', captured: 20_000, refunded: 500, receipt });

    const other = await authorised();
    await provider().perform(effectOf('void', other.order, other.reference));
    expect(await provider().look({ id: other.order.id, reference: other.reference })).toMatchObject({
      status: 'voided',
    });
    expect(await provider().look({ id: order.id, reference: 'pi_gone' })).toBeNull();
    await fail('down');
    await expect(look()).rejects.toThrow('stripe did not answer as it should');
  });

  it('in a currency that Stripe writes otherwise is of the same amount on both sides', async () => {
    for (const [currency, ours, theirs] of [
      ['UGX', 1_500, 150_000],
      ['MGA', 4_000, 40],
      ['JPY', 900, 900],
      ['KWD', 1_230, 1_230],
    ] as const) {
      const order = newOrder({ currency, amount: ours });
      const { reference } = await captured(order);
      expect((await stripe.paymentIntents.retrieve(reference)).amount_received).toBe(theirs);
      expect(await provider().look({ id: order.id, reference })).toMatchObject({
        amount: ours,
        captured: ours,
      });
      expect(await provider().perform(effectOf('refund', order, reference))).toMatchObject({ kind: 'done' });
    }
  });
});

describe('an effect at Stripe', () => {
  type Ready = { effect: Effect; count: () => Promise<number> };
  const ready: Record<Effect['kind'], () => Promise<Ready>> = {
    async capture() {
      const { order, reference } = await authorised();
      const count = async () =>
        (await stripe.paymentIntents.retrieve(reference)).amount_received > 0 ? 1 : 0;
      return { effect: effectOf('capture', order, reference), count };
    },
    async void() {
      const { order, reference } = await authorised();
      const count = async () =>
        (await stripe.paymentIntents.retrieve(reference)).status === 'canceled' ? 1 : 0;
      return { effect: effectOf('void', order, reference), count };
    },
    async refund() {
      const { order, reference } = await captured();
      const count = async () => (await stripe.refunds.list({ payment_intent: reference })).data.length;
      return { effect: effectOf('refund', order, reference, { amount: 1_000 }), count };
    },
    async transfer() {
      const { order } = await captured();
      const destination = await openAccount();
      const count = async () => (await stripe.transfers.list({ destination })).data.length;
      return { effect: effectOf('transfer', order, null, { amount: 1_000, destination }), count };
    },
    async reversal() {
      const { order } = await captured();
      const destination = await openAccount();
      const transfer = effectOf('transfer', order, null, { amount: 1_000, destination });
      const done = await provider().perform(transfer);
      const reference = done.kind === 'done' ? done.reference : '';
      const count = async () => (await stripe.transfers.listReversals(reference)).data.length;
      return { effect: effectOf('reversal', order, reference, { amount: 400 }), count };
    },
  };
  const kinds = Object.keys(ready) as Effect['kind'][];
  const PREFIX = { capture: 'pi', void: 'pi', refund: 're', transfer: 'tr', reversal: 'trr' };

  describe.each(kinds)('%s', (kind) => {
    it('is not found before, happens once however often it is asked for, and is found', async () => {
      const { effect, count } = await ready[kind]();
      expect(await provider().find(effect)).toBeNull();
      const done = await provider().perform(effect);
      expect(done).toEqual({ kind: 'done', reference: expect.stringMatching(`^${PREFIX[kind]}_`) });

      expect(await provider().perform(effect)).toEqual(done);
      expect(await provider().find(effect)).toEqual(done);
      await place.call('POST', '/sandbox/clock', { advance: 'P2D' });
      expect(await provider().find(effect)).toEqual(done);
      expect(await count()).toBe(1);
    });

    it.each(['lost', 'error', 'slow', 'stuck'])(
      'of which nothing is known after the fault %s is found, and is one',
      async (mode) => {
        const { effect, count } = await ready[kind]();
        await fail(mode);
        expect(await provider().perform(effect)).toMatchObject({ kind: 'unknown' });
        expect(await provider().find(effect)).toMatchObject({ kind: 'done' });
        expect(await count()).toBe(1);
      },
    );

    it('that never came to Stripe is not found, and is done when it is tried again', async () => {
      const { effect, count } = await ready[kind]();
      await fail('down');
      expect(await provider().perform(effect)).toEqual({ kind: 'unknown', code: 'server_error' });
      expect(await provider().find(effect)).toBeNull();
      expect(await count()).toBe(0);
      expect(await provider().perform(effect)).toMatchObject({ kind: 'done' });
      expect(await count()).toBe(1);
    });

    it('is unknown while Stripe can not be asked', async () => {
      const { effect, count } = await ready[kind]();
      await fail('down');
      expect(await provider().find(effect)).toEqual({ kind: 'unknown', code: 'server_error' });
      expect(await count()).toBe(0);
    });
  });

  it.each(['refund', 'transfer', 'reversal'] as const)(
    '%s is told from another of the same payment',
    async (kind) => {
      const { effect, count } = await ready[kind]();
      const first = await provider().perform(effect);
      const second = { ...effect, id: newId('eff') };
      expect(await provider().find(second)).toBeNull();

      const other = await provider().perform(second);
      expect(other).toMatchObject({ kind: 'done' });
      expect(other).not.toEqual(first);
      expect(await Promise.all([provider().find(effect), provider().find(second)])).toEqual([first, other]);
      expect(await count()).toBe(2);
    },
  );

  it('that another effect has brought about is done, and what has become impossible is refused', async () => {
    const ended = await authorised();
    await provider().perform(effectOf('void', ended.order, ended.reference));
    expect(await provider().perform(effectOf('void', ended.order, ended.reference))).toMatchObject({
      kind: 'done',
    });
    const capture = effectOf('capture', ended.order, ended.reference);
    expect(await provider().perform(capture)).toEqual({ kind: 'refused', code: 'payment_intent_canceled' });
    expect(await provider().find(capture)).toEqual({ kind: 'refused', code: 'payment_intent_canceled' });

    const { order, reference } = await captured();
    expect(await provider().perform(effectOf('capture', order, reference))).toMatchObject({ kind: 'done' });
    expect(await provider().perform(effectOf('capture', order, reference, { amount: 1 }))).toEqual({
      ...{ kind: 'refused', code: 'captured_another_amount' },
    });
    expect(await provider().perform(effectOf('void', order, reference))).toEqual({
      ...{ kind: 'refused', code: 'payment_intent_captured' },
    });
    expect(await stripe.paymentIntents.retrieve(reference)).toMatchObject({ amount_received: 25_000 });
  });

  it('that Stripe will not do is refused by its code, and nothing happens', async () => {
    const { order, reference } = await captured(newOrder({ currency: 'ZAR' }));
    const perform = async (kind: Effect['kind'], of: string | null, more: Partial<Effect>) =>
      provider().perform(effectOf(kind, order, of, more));
    expect(await perform('refund', reference, { amount: 25_001 })).toEqual({
      kind: 'refused',
      code: 'invalid_request',
    });
    expect(await perform('refund', 'pi_gone', {})).toEqual({ kind: 'refused', code: 'resource_missing' });
    expect(await perform('transfer', null, { destination: 'acct_gone' })).toEqual({
      ...{ kind: 'refused', code: 'resource_missing' },
    });
    const destination = await openAccount();
    expect(await perform('transfer', null, { destination, amount: 25_001 })).toEqual({
      ...{ kind: 'refused', code: 'balance_insufficient' },
    });
    expect((await stripe.refunds.list({ payment_intent: reference })).data).toEqual([]);
    expect((await stripe.transfers.list({ destination })).data).toEqual([]);

    await perform('refund', reference, {});
    expect(await perform('refund', reference, {})).toEqual({
      kind: 'refused',
      code: 'charge_already_refunded',
    });
  });

  it('whose id was used for something else is unknown, and is not done', async () => {
    const { order, reference } = await captured();
    const id = newId('eff');
    await provider().perform(effectOf('refund', order, reference, { id, amount: 100 }));
    expect(await provider().perform(effectOf('refund', order, reference, { id, amount: 200 }))).toEqual({
      ...{ kind: 'unknown', code: 'idempotency_error' },
    });
    expect((await stripe.refunds.list({ payment_intent: reference })).data).toHaveLength(1);
  });

  it('that Stripe takes back later is found as refused', async () => {
    const { order, reference } = await captured();
    const refund = effectOf('refund', order, reference, { amount: 100 });
    await provider().perform(refund);
    await play(order.id, 'fail_refund');
    expect(await provider().find(refund)).toEqual({ kind: 'refused', code: 'expired_or_canceled_card' });
  });
});

describe("Stripe's own books", () => {
  const collect = async (from: number, to: number) => {
    const pages: number[] = [];
    const records = [];
    for await (const page of provider().list({ from, to })) {
      pages.push(page.length);
      records.push(...page);
    }
    return { pages, records };
  };
  const nowMs = async () => Date.parse((await place.call('GET', '/sandbox/clock')).body.now as string);

  it('tell of every payment, refund, transfer and dispute of the range, and of no other', async () => {
    await captured();
    await place.call('POST', '/sandbox/clock', { advance: 'P10D' });
    const from = Math.floor((await nowMs()) / 1000) * 1000;
    const { order, reference } = await captured();
    const refund = effectOf('refund', order, reference, { amount: 2_000 });
    const destination = await openAccount();
    const transfer = effectOf('transfer', order, null, { amount: 3_000, destination });
    const outcomes = [await provider().perform(refund), await provider().perform(transfer)];
    const references = outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.reference : ''));
    const waiting = newOrder();
    const unpaid = await started(waiting);
    await play(order.id, 'dispute');
    const to = (await nowMs()) + 1_000;
    await place.call('POST', '/sandbox/clock', { advance: 'PT1M' });
    await captured();

    const { records } = await collect(from, to);
    const common = {
      ...{ paymentId: order.id, paymentReference: reference, currency: 'KES', at: expect.any(Number) },
    };
    expect(records).toEqual([
      {
        ...{ ...common, kind: 'payment', reference: unpaid, paymentReference: unpaid, paymentId: waiting.id },
        ...{ effectId: null, amount: 25_000, captured: 0, status: 'waiting' },
      },
      {
        ...{ ...common, kind: 'payment', reference, effectId: expect.stringMatching(/^eff_/) },
        ...{ amount: 25_000, captured: 25_000, status: 'captured' },
      },
      {
        ...{ ...common, kind: 'refund', reference: references[0], effectId: refund.id },
        ...{ amount: 2_000, captured: 0, status: 'succeeded' },
      },
      {
        ...{ ...common, kind: 'transfer', reference: references[1], effectId: transfer.id },
        ...{ paymentReference: null, amount: 3_000, captured: 0, status: 'paid' },
      },
      {
        ...{ ...common, kind: 'dispute', reference: expect.stringMatching(/^dp_/), paymentId: null },
        ...{ effectId: null, amount: 23_000, captured: 0, status: 'open' },
      },
    ]);
    expect(records.every(({ at }) => at >= from && at < to)).toBe(true);
    expect((await collect(to + 30_000, to + 40_000)).records).toEqual([]);
  });

  it('are read a page at a time, whole', async () => {
    await place.call('POST', '/sandbox/clock', { advance: 'P20D' });
    const from = Math.floor((await nowMs()) / 1000) * 1000;
    for (let made = 0; made < 101; made++) {
      await stripe.paymentIntents.create({ amount: 100 + made, currency: 'usd' });
    }
    const { pages, records } = await collect(from, (await nowMs()) + 1_000);
    expect(pages).toEqual([100, 1]);
    expect(new Set(records.map(({ reference }) => reference)).size).toBe(101);
  });

  it('lose nothing and tell nothing twice where one range ends and the next begins', async () => {
    await place.call('POST', '/sandbox/clock', { advance: 'P30D' });
    const from = Math.floor((await nowMs()) / 1000) * 1000;
    await captured();
    const { records } = await collect(from, from + 60_000);
    const at = records[0]?.at ?? 0;
    for (const between of [at - 1, at, at + 1, at + 500]) {
      const halves = [await collect(from, between), await collect(between, from + 60_000)];
      expect(halves.flatMap((half) => half.records)).toEqual(records);
      expect(halves[at < between ? 0 : 1]?.records).toEqual(records);
    }
  });

  it('that can not be read are a fault, and not an empty book', async () => {
    await fail('down');
    await expect(collect(0, Date.now())).rejects.toThrow('stripe did not answer as it should');
  });
});

describe('one payment or transfer, traced in Stripe’s books', () => {
  it('is there with its refunds and disputes, and nothing of another', async () => {
    const { order, reference } = await captured();
    const other = await captured();
    for (const [of, amount] of [
      [reference, 500],
      [reference, 700],
      [other.reference, 900],
    ] as const)
      await stripe.refunds.create({ payment_intent: of, amount });
    await play(order.id, 'dispute');
    const records = await provider().trace({ kind: 'payment', id: order.id, reference });
    expect(records.map(({ kind, amount, status }) => [kind, amount, status])).toEqual([
      ['payment', 25_000, 'captured'],
      ['refund', 700, 'succeeded'],
      ['refund', 500, 'succeeded'],
      ['dispute', 23_800, 'open'],
    ]);
    expect(records.every(({ paymentReference }) => paymentReference === reference)).toBe(true);
  });

  it('is found by Stripe’s name or by our key', async () => {
    const { order } = await captured();
    const id = `${order.bookingId}-payout-0`;
    const destination = await openAccount();
    const made = await provider().perform(
      effectOf('transfer', order, null, { id, amount: 3_000, destination }),
    );
    const reference = made.kind === 'done' ? made.reference : '';
    const [record] = await provider().trace({ kind: 'transfer', id, reference: null });
    expect(record).toMatchObject({
      kind: 'transfer',
      reference,
      effectId: id,
      amount: 3_000,
      status: 'paid',
    });
    expect(await provider().trace({ kind: 'transfer', id: null, reference })).toEqual([record]);
    expect(await provider().trace({ kind: 'transfer', id: `${id}0`, reference: null })).toEqual([]);
  });

  it('is nothing where Stripe has none, and a fault where Stripe can not be asked', async () => {
    const gone = { kind: 'payment', id: 'pay_1', reference: 'pi_gone' } as const;
    expect(await provider().trace(gone)).toEqual([]);
    expect(await provider().trace({ kind: 'transfer', id: null, reference: 'tr_gone' })).toEqual([]);
    await fail('down');
    await expect(provider().trace(gone)).rejects.toThrow('stripe did not answer as it should');
  });
});
