import { describe, expect, it } from 'vitest';
import { useDaraja } from './daraja.ts';
import { openSandbox } from './ground.ts';
import { createTill, newPaymentId, sdkFor } from './stripe-ground.ts';

const place = openSandbox();
const stripe = sdkFor(place);
const { authorised, captured, play, start } = createTill(place, stripe);
const daraja = useDaraja(place);

type Shown = { paymentId: string; state: string; outcomes: string[] };
const list = async () => (await place.call('GET', '/sandbox/payments')).body.data as Shown[];
const find = async (paymentId: string) => {
  const found = (await list()).filter((one) => one.paymentId === paymentId);
  expect(found).toHaveLength(1);
  return found[0] as Shown;
};
const ALL = ['succeed', 'fail', 'cancel', 'timeout', 'dispute', 'win_dispute', 'lose_dispute', 'fail_refund'];

const refunded = async (paymentId: string, amount?: number) =>
  stripe.refunds.create({ payment_intent: await captured(paymentId), ...(amount ? { amount } : {}) });
const disputed = async (paymentId: string, end?: string) => {
  await captured(paymentId);
  await play(paymentId, 'dispute');
  if (end) await play(paymentId, end);
};
const declined = async (paymentId: string) => {
  await start(paymentId);
  await play(paymentId, 'fail');
};
const voided = async (paymentId: string) => stripe.paymentIntents.cancel(await authorised(paymentId));

describe('the list of payments', () => {
  it.each<[string, string[], (paymentId: string) => Promise<unknown>]>([
    ['waiting', ['succeed', 'fail'], (id) => start(id)],
    ['declined', ['succeed', 'fail'], declined],
    ['held', [], (id) => authorised(id)],
    ['voided', [], voided],
    ['taken', ['dispute'], (id) => captured(id)],
    ['partly_refunded', ['dispute', 'fail_refund'], (id) => refunded(id, 1_000)],
    ['refunded', ['fail_refund'], (id) => refunded(id)],
    ['disputed', ['win_dispute', 'lose_dispute'], (id) => disputed(id)],
    ['dispute_won', [], (id) => disputed(id, 'win_dispute')],
    ['dispute_lost', [], (id) => disputed(id, 'lose_dispute')],
  ])(
    'says of a card that is %s what can happen next, and nothing else can',
    async (state, outcomes, bring) => {
      const paymentId = newPaymentId();
      await bring(paymentId);
      expect(await find(paymentId)).toMatchObject({ provider: 'stripe', state, outcomes, about: 'bkg_1' });

      for (const outcome of ALL.filter((one) => !outcomes.includes(one))) {
        expect((await play(paymentId, outcome)).status, outcome).toBeGreaterThanOrEqual(400);
      }
      expect(await find(paymentId)).toMatchObject({ state, outcomes });
      for (const outcome of outcomes) {
        const another = newPaymentId();
        await bring(another);
        expect((await play(another, outcome)).status, outcome).toBe(200);
      }
    },
  );

  it.each([
    ['succeed', 'taken'],
    ['fail', 'declined'],
    ['cancel', 'cancelled'],
    ['timeout', 'timed_out'],
  ])('says of a phone that it waits, and after %s that it has %s', async (outcome, state) => {
    const { paymentId, phone } = await daraja.ask();
    expect(await find(paymentId)).toMatchObject({
      ...{ provider: 'mpesa', state: 'waiting', about: phone },
      amount: { amount: 150_000, currency: 'KES' },
      outcomes: ['succeed', 'fail', 'cancel', 'timeout'],
    });

    expect((await play(paymentId, outcome)).status).toBe(200);
    expect(await find(paymentId)).toMatchObject({ state, outcomes: [] });
  });

  it('lets a phone time out by the clock alone', async () => {
    const { paymentId } = await daraja.ask();
    await place.call('POST', '/sandbox/clock', { advance: 'PT2M' });
    expect(await find(paymentId)).toMatchObject({ state: 'timed_out', outcomes: [] });
  });

  it('has the newest first, and each once: of what was begun twice, the later', async () => {
    const [first, second] = [newPaymentId(), newPaymentId()];
    await start(first);
    await place.call('POST', '/sandbox/clock', { advance: 'PT1M' });
    await start(second, 5_000, 'jpy');
    await place.call('POST', '/sandbox/clock', { advance: 'PT1M' });
    const phone = await daraja.ask();
    await place.call('POST', '/sandbox/clock', { advance: 'PT1M' });
    await start(first, 20_000);

    const ids = (await list()).map(({ paymentId }) => paymentId);
    const wanted = [first, phone.paymentId, second];
    expect(ids.filter((id) => wanted.includes(id))).toEqual(wanted);
    expect(await find(first)).toMatchObject({ amount: { amount: 20_000, currency: 'KES' } });
  });

  it.each([
    ['kes', 10_000, 10_000],
    ['jpy', 10_000, 10_000],
    ['ugx', 10_000, 100],
    ['mga', 100, 10_000],
  ])('writes amounts in %s as Roost does', async (currency, written, amount) => {
    const paymentId = newPaymentId();
    await start(paymentId, written, currency);
    expect(await find(paymentId)).toMatchObject({ amount: { amount, currency: currency.toUpperCase() } });
  });

  it('shows nothing that nobody can play', async () => {
    await stripe.paymentIntents.create({ amount: 10_000, currency: 'kes' });
    await daraja.ask({ CallBackURL: 'http://api.test/' });
    for (const { paymentId } of await list()) expect(paymentId).toMatch(/^pay_/);
  });
});
