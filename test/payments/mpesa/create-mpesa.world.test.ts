import { beforeEach, describe, expect, it } from 'vitest';
import { generateSecrets } from '../../../scripts/secrets.ts';
import { Fault } from '../../../src/kernel/errors.ts';
import {
  createMpesa,
  decideResult,
  type MpesaPayment,
  type MpesaResult,
  readMpesaCallback,
  toReference,
} from '../../../src/payments/mpesa/index.ts';
import type { Effect, PaymentOrder } from '../../../src/payments/ports.ts';
import { createOutbound } from '../../../src/platform/outbound.ts';
import { newPaymentId, useDaraja } from '../../sandbox/daraja.ts';
import { openSandbox } from '../../sandbox/ground.ts';

const place = openSandbox();
const { call } = place;
const { told } = useDaraja(place);
const secrets = await generateSecrets();

let offsetMs = 0;
let phones = 20_000_000;
let count = 0;
let asked: string[] = [];
beforeEach(() => {
  offsetMs = 0;
  asked = [];
});

const outbound = createOutbound(async (request) => {
  const { pathname, search } = new URL(request.url);
  asked.push(pathname.split('/').at(-1) ?? '');
  const text = await request.text();
  const headers = Object.fromEntries(request.headers);
  const answer = await call(request.method, pathname + search, text === '' ? undefined : text, headers);
  return new Response(answer.text, { status: answer.status });
});
/** An isolate of its own, with no token yet. */
const newMpesa = () =>
  createMpesa({
    settings: {
      url: 'http://sandbox/sandbox/daraja',
      shortcode: '174379',
      initiator: 'roost',
      consumerKey: secrets.MPESA_CONSUMER_KEY,
      consumerSecret: secrets.MPESA_CONSUMER_SECRET,
      passkey: secrets.MPESA_PASSKEY,
      securityCredential: secrets.MPESA_SECURITY_CREDENTIAL,
    },
    origin: 'http://api.test',
    outbound,
    clock: { now: () => Date.now() + offsetMs },
    callbackTokenOf: ({ id }) => `${id}.of-effect`,
  });
const mpesa = newMpesa();

const advance = async (duration: string) => {
  offsetMs = (await call('POST', '/sandbox/clock', { advance: duration })).body.offsetMs as number;
};
const fault = (mode: string, faults = 'faults') =>
  call('POST', `/sandbox/${faults}`, { target: 'mpesa', mode, times: 1 });
const play = (id: string, outcome: string, mode?: string) =>
  call('POST', `/sandbox/payments/${id}`, { outcome, ...(mode ? { faults: { mode } } : {}) });
const callbacks = async () =>
  (await told()).map(({ path, body }) => ({ path, read: readMpesaCallback(body) }));
const payments = async () => (await callbacks()).map(({ read }) => read as MpesaPayment);
const results = async () => (await callbacks()).map(({ read }) => read as MpesaResult);

function newOrder(fields: Partial<PaymentOrder> = {}): PaymentOrder {
  const id = newPaymentId();
  const phone = `+2547${phones++}`;
  return {
    id,
    bookingId: 'bkg_1',
    amount: 150_000,
    currency: 'KES',
    phone,
    callbackToken: `${id}.of-payment`,
    ...fields,
  };
}
function newEffect(kind: Effect['kind'], fields: Partial<Effect> = {}): Effect {
  const id = `eff_${++count}${crypto.randomUUID()}`;
  const names = { paymentId: 'pay_1', bookingId: 'bkg_1', reference: 'ws_CO_1 29115' };
  return { id, kind, ...names, amount: 70_000, currency: 'KES', destination: '0708374149', ...fields };
}
async function started(order = newOrder()) {
  const start = await mpesa.start(order);
  if (!start.ok) throw new Error(`not started: ${start.code}`);
  return { order, start, payment: { id: order.id, reference: start.reference } };
}

it('takes whole shillings of Kenya that M-Pesa can move, and nothing else', () => {
  const accepts = (amount: number, currency: 'KES' | 'USD' = 'KES') => mpesa.accepts({ amount, currency });
  expect([accepts(100), accepts(25_000_000), accepts(150_000)]).toEqual([true, true, true]);
  expect([accepts(150_050), accepts(0), accepts(25_000_100), accepts(150_000, 'USD')]).toEqual([
    ...[false, false, false, false],
  ]);
});

describe('a payment', () => {
  it('is asked of the phone, waits for it, and is then known as paid', async () => {
    const { order, start, payment } = await started();
    expect(start.forGuest).toEqual({ checkoutRequestId: start.reference.split(' ')[0] });
    expect(await mpesa.look(payment)).toMatchObject({ paymentId: order.id, status: 'waiting' });

    await play(order.id, 'succeed');
    const [{ path, read } = {}] = await callbacks();
    expect(path).toBe(`/v1/webhooks/mpesa/${order.callbackToken}`);
    const paid = read as MpesaPayment;
    expect(toReference(paid)).toBe(start.reference);
    expect(paid).toMatchObject({ succeeded: true, amountMinor: order.amount, phone: order.phone?.slice(1) });
    expect(paid.receipt).toMatch(/^[A-Z0-9]{10}$/);
    expect(Math.abs((paid.at ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await mpesa.look(payment)).toEqual({
      paymentId: order.id,
      reference: start.reference,
      status: 'captured',
      amount: null,
      captured: null,
      refunded: null,
      currency: 'KES',
      receipt: null,
    });
  });

  it.each(['fail', 'cancel', 'timeout'])('that ends with %s is known as failed', async (outcome) => {
    const { order, payment } = await started();
    await play(order.id, outcome);
    expect(await payments()).toEqual([expect.objectContaining({ succeeded: false, receipt: null })]);
    expect((await mpesa.look(payment))?.status).toBe('failed');
  });

  it('that a callback lies about is known as it is', async () => {
    const { order, payment } = await started();
    await play(order.id, 'succeed', 'denied');
    expect((await payments())[0]?.succeeded).toBe(true);
    expect((await mpesa.look(payment))?.status).toBe('failed');
  });

  it('whose callback is lost is found paid by looking', async () => {
    const { order, payment } = await started();
    await play(order.id, 'succeed', 'drop');
    expect(await told()).toEqual([]);
    expect((await mpesa.look(payment))?.status).toBe('captured');
  });

  it('is a line of Daraja’s books, which tells that it was paid and not how much', async () => {
    const { order, payment } = await started();
    await play(order.id, 'succeed', 'drop');
    const { id, reference } = payment;
    expect(await mpesa.trace({ kind: 'payment', id, reference })).toEqual([
      {
        ...{ kind: 'payment', reference, paymentReference: reference, paymentId: id, effectId: null },
        ...{ amount: null, captured: null, currency: 'KES', status: 'captured', at: 0 },
      },
    ]);
    expect(await mpesa.trace({ kind: 'payment', id, reference: 'ws_CO_nobody 1' })).toEqual([]);
    expect(await mpesa.trace({ kind: 'transfer', id: 'bkg_1-payout-0', reference: null })).toEqual([]);
  });

  it.each(['lost', 'error'])('of unknown outcome (%s) is found by what the callback names', async (mode) => {
    await mpesa.look({ id: 'warm', reference: 'ws_CO_warm 1' });
    const order = newOrder();
    await fault(mode);
    expect(await mpesa.start(order)).toEqual({ ok: false, why: 'unknown', code: 'no_answer' });

    expect(await mpesa.start(order)).toMatchObject({ ok: false, why: 'refused', code: '500.001.1001' });
    await play(order.id, 'succeed');
    const [paid, ...more] = await payments();
    expect(more).toEqual([]);
    expect(paid && (await mpesa.look({ id: order.id, reference: toReference(paid) }))?.status).toBe(
      'captured',
    );
  });

  it.each([
    ['a phone of elsewhere', { phone: '+15551234567' }, 'phone_not_payable'],
    ['no phone', { phone: null }, 'phone_not_payable'],
    ['cents', { amount: 150_050 }, 'amount_not_payable'],
    ['another currency', { currency: 'USD' as const }, 'amount_not_payable'],
  ])('with %s is refused, and nobody is asked', async (_, fields, code) => {
    const order = newOrder(fields);
    expect(await mpesa.start(order)).toEqual({ ok: false, why: 'refused', code });
    expect(asked).toEqual([]);
  });

  it('is not started when no token is to be had, and then surely not', async () => {
    const order = newOrder();
    await fault('down');
    expect(await newMpesa().start(order)).toEqual({ ok: false, why: 'refused', code: 'no_token' });
    expect(asked).toEqual(['generate']);
    expect((await play(order.id, 'succeed')).status).toBe(404);
  });

  it('is not looked up without a name, nor under one that Daraja does not know', async () => {
    expect(await mpesa.look({ id: 'pay_1', reference: 'ws_CO_nobody 1' })).toBeNull();
    asked = [];
    expect(await mpesa.look({ id: 'pay_1', reference: 'pi_123' })).toBeNull();
    expect(asked).toEqual([]);
  });

  it('is not said to be unknown when Daraja is down', async () => {
    const { payment } = await started();
    await fault('down');
    await expect(mpesa.look(payment)).rejects.toThrow(Fault);
    expect((await mpesa.look(payment))?.status).toBe('waiting');
  });

  it('is signed anew with the time in Nairobi, and with a new token when the old one has ended', async () => {
    await mpesa.look((await started()).payment);
    await advance('PT2H');
    asked = [];
    await started();
    await started();
    expect(asked).toEqual(['generate', 'processrequest', 'processrequest']);
  });
});

describe('an effect', () => {
  it.each(['transfer', 'refund'] as const)('%s pays a phone, and its result says so', async (kind) => {
    const effect = newEffect(kind);
    expect(await mpesa.perform(effect)).toEqual({ kind: 'pending', reference: effect.id });
    const [{ path, read } = {}, ...more] = await callbacks();
    expect(more).toEqual([]);
    expect(path).toBe(`/v1/webhooks/mpesa/${effect.id}.of-effect`);
    expect(read).toMatchObject({ kind: 'result', amountMinor: 70_000, phone: '254708374149' });
    expect(decideResult(read as MpesaResult, effect.id)).toBe('done');
  });

  it('that is performed twice pays once', async () => {
    const effect = newEffect('transfer');
    const outcomes = [
      await mpesa.perform(effect),
      await mpesa.perform(effect),
      await newMpesa().perform(effect),
    ];
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(await results()).toHaveLength(1);
  });

  it.each(['lost', 'error'])('of unknown outcome (%s) is found, and again pays once', async (mode) => {
    await mpesa.find(newEffect('transfer'));
    const effect = newEffect('transfer');
    await fault(mode);
    await fault('drop', 'delivery-faults');
    expect(await mpesa.perform(effect)).toEqual({ kind: 'unknown', code: 'no_answer' });

    expect(await mpesa.find(effect)).toEqual({ kind: 'pending', reference: effect.id });
    const verdicts = async () => (await results()).slice(1).map((result) => decideResult(result, effect.id));
    expect(await verdicts()).toEqual(['done']);
    expect(await mpesa.perform(effect)).toEqual({ kind: 'pending', reference: effect.id });
    expect(await verdicts()).toEqual(['done']);
  });

  it('that never arrived is said to be missing, and can then be performed', async () => {
    await mpesa.find(newEffect('transfer'));
    const effect = newEffect('transfer');
    await fault('down');
    expect(await mpesa.perform(effect)).toEqual({ kind: 'unknown', code: 'no_answer' });
    await mpesa.find(effect);
    await mpesa.perform(effect);
    expect((await results()).slice(1).map((result) => decideResult(result, effect.id))).toEqual([
      'missing',
      'done',
    ]);
  });

  it('to a number that nobody has fails by its result, also when asked about', async () => {
    const effect = newEffect('transfer', { destination: '254799999999' });
    expect((await mpesa.perform(effect)).kind).toBe('pending');
    expect((await mpesa.find(effect))?.kind).toBe('pending');
    expect((await results()).map((result) => decideResult(result, effect.id))).toEqual(['failed', 'failed']);
  });

  it.each([
    ['cents', { amount: 70_050 }, 'amount_not_payable'],
    ['less than M-Pesa pays', { amount: 900 }, 'amount_not_payable'],
    ['another currency', { currency: 'USD' as const }, 'amount_not_payable'],
    ['an account that is no phone', { destination: 'acct_1' }, 'phone_not_payable'],
    ['nowhere to go', { destination: null }, 'phone_not_payable'],
  ])('with %s is refused, and nothing moves', async (_, fields, code) => {
    for (const kind of ['transfer', 'refund'] as const) {
      expect(await mpesa.perform(newEffect(kind, fields))).toEqual({ kind: 'refused', code });
    }
    expect(asked).toEqual([]);
  });

  it('that M-Pesa has no need of, or no means for, is settled without asking', async () => {
    for (const how of ['perform', 'find'] as const) {
      expect(await mpesa[how](newEffect('capture'))).toEqual({ kind: 'done', reference: 'ws_CO_1 29115' });
      expect(await mpesa[how](newEffect('void'))).toEqual({ kind: 'refused', code: 'nothing_to_void' });
      expect(await mpesa[how](newEffect('reversal'))).toEqual({ kind: 'refused', code: 'not_reversible' });
    }
    expect(asked).toEqual([]);
  });

  it('is not lost when no token is to be had', async () => {
    const effect = newEffect('refund');
    await fault('down');
    expect(await newMpesa().perform(effect)).toEqual({ kind: 'unknown', code: 'no_token' });
    await fault('down');
    expect(await newMpesa().find(effect)).toEqual({ kind: 'unknown', code: 'no_token' });
    expect(await told()).toEqual([]);
  });
});

it('Daraja has no list to compare ours with', async () => {
  const pages = [];
  for await (const page of mpesa.list({ from: 0, to: Date.now() })) pages.push(page);
  expect(pages).toEqual([]);
});
