import { describe, expect, it } from 'vitest';
import { newPaymentId, PATIENCE, readStk, useDaraja } from './daraja.ts';
import { openSandbox } from './ground.ts';

const place = openSandbox();
const { call, restart, received } = place;
const { ask, authorize, play, push, query, told } = useDaraja(place);
const advance = (duration: string) => call('POST', '/sandbox/clock', { advance: duration });
const callbacks = async (paymentId: string) => (await told(paymentId)).map(({ body }) => readStk(body));
const codes = async (paymentId: string) => (await callbacks(paymentId)).map(({ code }) => code);
const came = (paymentId: string) => received.filter(({ path }) => path.includes(paymentId)).length;
const errorOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
  status,
  body.errorCode,
  body.errorMessage,
];
const WAITING = [500, '500.001.1001', 'The transaction is being processed'];

describe('a push', () => {
  it('waits for the phone, and tells by callback what the payer did', async () => {
    const { paymentId, phone, checkout, merchant } = await ask();
    expect(errorOf(await query(checkout))).toEqual(WAITING);
    expect(await told(paymentId)).toEqual([]);

    expect((await play(paymentId, 'succeed')).body).toEqual({ paymentId, outcome: 'succeed' });
    const [one, ...more] = received;
    expect(more).toEqual([]);
    expect(one?.path).toBe(`/v1/webhooks/mpesa/${paymentId}.s3cret`);
    expect([...(one?.headers.keys() ?? [])].filter((name) => /sign|authorization/.test(name))).toEqual([]);
    const { code, items, raw } = readStk(JSON.parse(one?.body ?? ''));
    expect([code, raw.CheckoutRequestID]).toEqual(['0', checkout]);
    expect(items).toEqual({
      Amount: 1500,
      MpesaReceiptNumber: expect.stringMatching(/^[0-9A-Z]{10}$/),
      Balance: undefined,
      TransactionDate: expect.any(Number),
      PhoneNumber: Number(phone),
    });

    expect((await query(checkout)).body).toMatchObject({
      ResponseCode: '0',
      ResultCode: '0',
      CheckoutRequestID: checkout,
      MerchantRequestID: merchant,
    });
  });

  it.each([
    ['fail', '1'],
    ['cancel', '1032'],
    ['timeout', '1037'],
  ])('that ends with %s is told without a receipt', async (outcome, code) => {
    const { paymentId, checkout } = await ask();
    await play(paymentId, outcome);

    expect(await callbacks(paymentId)).toEqual([expect.objectContaining({ code, items: {} })]);
    expect((await query(checkout)).body.ResultCode).toBe(code);
  });

  it('is answered once: what the payer did stays done', async () => {
    const { paymentId, checkout } = await ask();
    await play(paymentId, 'cancel');

    const again = await play(paymentId, 'succeed');
    expect(again).toMatchObject({ status: 409, body: { code: 'payments.not_now' } });
    expect(await codes(paymentId)).toEqual(['1032']);
    expect((await query(checkout)).body.ResultCode).toBe('1032');
  });

  it('that nobody answers ends by itself after two minutes, and is told', async () => {
    const { paymentId, checkout } = await ask();
    await advance('PT119S');
    expect(errorOf(await query(checkout))).toEqual(WAITING);

    await advance('PT1S');
    await expect.poll(() => came(paymentId), PATIENCE).toBe(1);
    expect(await codes(paymentId)).toEqual(['1037']);
    expect((await query(checkout)).body.ResultCode).toBe('1037');
    expect((await play(paymentId, 'succeed')).status).toBe(409);
    expect(await codes(paymentId)).toEqual(['1037']);
  });

  it('finds a phone busy that is asked already', async () => {
    const { paymentId, phone, checkout } = await ask();
    const same = { PartyA: phone, PhoneNumber: phone };

    const busy = await push(same);
    expect(errorOf(busy)).toEqual([500, '500.001.1001', expect.stringMatching(/^Unable to lock subscriber/)]);
    await play(paymentId, 'succeed');
    expect((await callbacks(paymentId))[0]?.raw.CheckoutRequestID).toBe(checkout);
    expect((await push(same)).status).toBe(200);
  });

  it('survives a restart', async () => {
    const { paymentId, checkout } = await ask();
    await restart();
    await play(paymentId, 'succeed');
    expect((await query(checkout)).body.ResultCode).toBe('0');
  });

  it('whose address names no payment of ours is in nobody else’s way', async () => {
    await ask({ CallBackURL: 'http://api.test/' });
    expect((await call('GET', '/sandbox/mail')).status).toBe(200);
    expect((await call('POST', '/sandbox/payments/', { outcome: 'succeed' })).status).toBe(404);
  });

  it('has its code now as a number, now as a text', async () => {
    const kinds = [];
    for (let count = 0; count < 2; count++) {
      const { paymentId } = await ask();
      await play(paymentId, 'succeed');
      kinds.push(...(await callbacks(paymentId)).map(({ raw }) => typeof raw.ResultCode));
    }
    expect(kinds.sort()).toEqual(['number', 'string']);
  });

  it.each([
    ['no whole shillings', { Amount: '10.50' }, 'Amount'],
    ['nothing', { Amount: 0 }, 'Amount'],
    ['more than M-Pesa moves', { Amount: 250_001 }, 'Amount'],
    ['a phone without its country', { PhoneNumber: '0708374149' }, 'PhoneNumber'],
    ['a phone of elsewhere', { PhoneNumber: '255708374149' }, 'PhoneNumber'],
    ['a time in UTC', { Timestamp: new Date().toISOString().replace(/\D/g, '').slice(0, 14) }, 'Timestamp'],
    ['a time that is none', { Timestamp: '20261399999999' }, 'Timestamp'],
    ['a reference too long', { AccountReference: 'ROOST12345678' }, 'AccountReference'],
    ['a description too long', { TransactionDesc: 'Roost bookings' }, 'TransactionDesc'],
    ['no address', { CallBackURL: 'nowhere' }, 'CallBackURL'],
    ['another till', { PartyB: '600000' }, 'PartyB'],
    ['another kind', { TransactionType: 'SalaryPayment' }, 'TransactionType'],
    ['a field missing', { TransactionDesc: undefined }, 'TransactionDesc'],
  ])('is refused with %s, and no phone is asked', async (_, fields, name) => {
    const paymentId = newPaymentId();
    const CallBackURL = `http://api.test/v1/webhooks/mpesa/${paymentId}.s`;
    const refused = await push({ CallBackURL, ...fields });

    expect(errorOf(refused)).toEqual([400, '400.002.02', `Bad Request - Invalid ${name}`]);
    expect(Object.keys(refused.body).sort()).toEqual(['errorCode', 'errorMessage', 'requestId']);
    expect((await play(paymentId, 'succeed')).status).toBe(404);
    expect(await told()).toEqual([]);
  });

  it('is refused with another password than that of the moment', async () => {
    expect(errorOf(await push({ Password: btoa('174379passkey20200101000000') }))).toEqual([
      500,
      '500.001.1001',
      'Wrong credentials',
    ]);
    expect(errorOf(await query('ws_CO_nobody'))).toEqual([
      400,
      '400.002.02',
      'Bad Request - Invalid CheckoutRequestID',
    ]);
  });
});

describe('a token', () => {
  const INVALID = [404, '404.001.03', 'Invalid Access Token'];

  it('opens for 3,599 seconds of the clock', async () => {
    const token = await authorize();
    await advance('PT3590S');
    expect(errorOf(await push({ Amount: 0 }, token))[2]).toBe('Bad Request - Invalid Amount');
    await advance('PT10S');
    expect(errorOf(await push({}, token))).toEqual(INVALID);
    expect(errorOf(await push({}, 'mine'))).toEqual(INVALID);
  });

  it('is given for a key and a secret only', async () => {
    const path = '/sandbox/daraja/oauth/v1/generate?grant_type=client_credentials';
    for (const authorization of ['', 'Basic', 'Basic !!', `Basic ${btoa('key')}`, `Basic ${btoa(':s')}`]) {
      const refused = await call('GET', path, undefined, { authorization });
      expect(errorOf(refused), authorization).toEqual([400, '400.008.01', 'Invalid Authentication passed']);
    }
    const authorization = `Basic ${btoa('key:secret')}`;
    const other = await call('GET', path.replace('client_', 'user_'), undefined, { authorization });
    expect(errorOf(other)).toEqual([400, '400.008.02', 'Invalid grant type passed']);
  });
});

describe('a callback', () => {
  const paid = async (faults?: unknown) => {
    const asked = await ask();
    expect((await play(asked.paymentId, 'succeed', faults)).status).toBe(200);
    return asked;
  };

  it('can come twice', async () => {
    const { paymentId } = await paid({ mode: 'duplicate' });
    const [one, two, ...more] = await told(paymentId);
    expect(two?.body).toEqual(one?.body);
    expect(more).toEqual([]);
    expect(came(paymentId)).toBe(2);
  });

  it('can be lost, while the query knows', async () => {
    const { paymentId, checkout } = await paid({ mode: 'drop' });
    expect(await told(paymentId)).toEqual([]);
    expect(came(paymentId)).toBe(0);
    expect((await query(checkout)).body.ResultCode).toBe('0');
  });

  it('can come late', async () => {
    const { paymentId } = await paid({ mode: 'late', by: 'PT30M' });
    await advance('PT29M');
    expect(came(paymentId)).toBe(0);
    await advance('PT2M');
    await expect.poll(() => came(paymentId), PATIENCE).toBe(1);
    expect(await codes(paymentId)).toEqual(['0']);
  });

  it('is told again until Roost has taken it', async () => {
    place.answerWith(503);
    const { paymentId } = await paid();
    expect(came(paymentId)).toBe(1);
    place.answerWith(200);
    await advance('PT10S');
    await expect.poll(() => came(paymentId), PATIENCE).toBe(2);
  });

  it('can be changed on its way, or come to an address that somebody guessed', async () => {
    const tampered = await paid({ mode: 'tampered' });
    const forged = await paid({ mode: 'forged' });
    const [first, second] = received;
    expect(first?.path).toContain(tampered.paymentId);
    expect(readStk(JSON.parse(first?.body ?? '')).items).toMatchObject({ Amount: 1501 });
    expect(second?.path).toMatch(/^\/v1\/webhooks\/mpesa\/A+$/);
    expect(readStk(JSON.parse(second?.body ?? '')).raw.CheckoutRequestID).toBe(forged.checkout);
  });

  it('can be contradicted by one of a failure that never was', async () => {
    const { paymentId, checkout } = await paid({ mode: 'contradicted' });
    expect(await codes(paymentId)).toEqual(['0', '1037']);
    expect((await query(checkout)).body.ResultCode).toBe('0');
  });

  it('can tell another amount or another phone', async () => {
    const first = await paid({ mode: 'amount' });
    const second = await paid({ mode: 'phone' });
    const [amount] = await callbacks(first.paymentId);
    const [phone] = await callbacks(second.paymentId);
    expect(amount?.items).toMatchObject({ Amount: 1501, PhoneNumber: Number(first.phone) });
    expect(phone?.items).toMatchObject({ Amount: 1500, PhoneNumber: 254700000000 });
  });

  it("can carry somebody else's receipt", async () => {
    const receiptOf = async ({ paymentId }: { paymentId: string }) =>
      (await callbacks(paymentId))[0]?.items.MpesaReceiptNumber;
    const first = await receiptOf(await paid());
    expect(await receiptOf(await paid({ mode: 'receipt' }))).toBe(first);
    expect(await receiptOf(await paid())).not.toBe(first);
  });

  it('can tell of a success that never was', async () => {
    const { paymentId, checkout } = await paid({ mode: 'denied' });
    expect(await codes(paymentId)).toEqual(['0']);
    expect((await query(checkout)).body.ResultCode).toBe('1032');
  });

  it.each([
    ['explode', undefined],
    [undefined, undefined],
    ['dispute', undefined],
    ['succeed', { mode: 'magic' }],
    ['succeed', { mode: 'late' }],
    ['succeed', { mode: 'late', by: 'soon' }],
    ['succeed', ['drop']],
  ])('is not caused by %j with %j', async (outcome, faults) => {
    const { paymentId, checkout } = await ask();
    const refused = await play(paymentId, outcome, faults);
    expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(await told(paymentId)).toEqual([]);
    expect(errorOf(await query(checkout))).toEqual(WAITING);
  });
});

describe('a fault of Daraja', () => {
  const fault = (mode: string) => call('POST', '/sandbox/faults', { target: 'mpesa', mode, times: 1 });
  const asking = async () => {
    const [paymentId, token] = [newPaymentId(), await authorize()];
    const CallBackURL = `http://api.test/v1/webhooks/mpesa/${paymentId}.s`;
    const phone = `2541${String(Date.now()).slice(-8)}`;
    return { paymentId, ask: () => push({ CallBackURL, PartyA: phone, PhoneNumber: phone }, token) };
  };

  it('before the effect leaves no phone asked', async () => {
    const { paymentId, ask } = await asking();
    await fault('down');
    expect((await ask()).status).toBe(503);
    expect((await play(paymentId, 'succeed')).status).toBe(404);
  });

  it.each(['lost', 'error'])('after the effect (%s) leaves the phone asked', async (mode) => {
    const { paymentId, ask } = await asking();
    await fault(mode);
    expect((await ask()).body.CheckoutRequestID).toBeUndefined();
    expect((await play(paymentId, 'succeed')).status).toBe(200);
    expect(await codes(paymentId)).toEqual(['0']);
  });
});
