import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMpesaCallback } from '../../../src/payments/mpesa/read-callback.ts';

const NAMES = { MerchantRequestID: '29115-34620561-1', CheckoutRequestID: 'ws_CO_191220191020363925' };
const ITEMS = [
  { Name: 'Amount', Value: 1500 },
  { Name: 'MpesaReceiptNumber', Value: 'NLJ7RT61SV' },
  { Name: 'Balance' },
  { Name: 'TransactionDate', Value: 20191219102115 },
  { Name: 'PhoneNumber', Value: 254708374149 },
];
const PAID = {
  kind: 'payment',
  checkoutRequestId: NAMES.CheckoutRequestID,
  merchantRequestId: NAMES.MerchantRequestID,
  succeeded: true,
  resultCode: '0',
  amountMinor: 150_000,
  receipt: 'NLJ7RT61SV',
  phone: '254708374149',
  at: Date.parse('2019-12-19T07:21:15Z'),
};
const NOTHING = { amountMinor: null, receipt: null, phone: null, at: null };

const stk = (fields: object = {}, items: unknown = ITEMS) => ({
  Body: {
    stkCallback: { ...NAMES, ResultCode: 0, ResultDesc: 'ok', CallbackMetadata: { Item: items }, ...fields },
  },
});
const instead = (name: string, Value: unknown) =>
  ITEMS.map((item) => (item.Name === name ? { Name: name, Value } : item));
const result = (fields: object = {}, parameters: Record<string, unknown> | null = null) => ({
  Result: {
    ResultType: 0,
    ResultCode: 0,
    ResultDesc: 'ok',
    OriginatorConversationID: 'eff_1',
    ConversationID: 'AG_20240706_2010364430d9bbdaf872',
    TransactionID: 'SG632NMUAB',
    ...(parameters && {
      ResultParameters: {
        ResultParameter: Object.entries(parameters).map(([Key, Value]) => ({ Key, Value })),
      },
    }),
    ...fields,
  },
});

describe('what became of a push', () => {
  test('is read from the shape of Daraja', () => {
    expect(readMpesaCallback(stk())).toEqual(PAID);
  });

  test.each([[0], ['0'], [' 0 ']])('is a success when the code is %j', (ResultCode) => {
    expect(readMpesaCallback(stk({ ResultCode }))).toEqual(PAID);
  });

  test.each([
    [1032, '1032'],
    ['1037', '1037'],
    [1, '1'],
    ['00', '00'],
    ['SFC_IC0003', 'SFC_IC0003'],
    [-1, null],
    [0.5, null],
    [null, null],
    [false, null],
    ['', null],
    [[0], null],
    [{ toString: () => '0' }, null],
  ])('is no success when the code is %j', (ResultCode, resultCode) => {
    const read = readMpesaCallback(stk({ ResultCode }));
    expect(read && [read.succeeded, read.resultCode]).toEqual(resultCode && [false, resultCode]);
  });

  test('has nothing of what was not told', () => {
    const cancelled = readMpesaCallback(stk({ ResultCode: 1032, CallbackMetadata: undefined }));
    expect(cancelled).toEqual({ ...PAID, ...NOTHING, succeeded: false, resultCode: '1032' });
    for (const items of [null, false, [], 'x', 7, [null, 'Amount', { Name: 7, Value: 1 }, { Value: 2 }]]) {
      expect(readMpesaCallback(stk({}, items))).toEqual({ ...PAID, ...NOTHING });
    }
  });

  test('passes over what nobody knows, and takes one item without its list', () => {
    const more = [...ITEMS, { Name: 'MpesaCashback', Value: { of: 3 } }, { Name: '__proto__', Value: {} }];
    expect(readMpesaCallback({ ...stk({ Extra: 1 }, more), Other: [] })).toEqual(PAID);
    expect(readMpesaCallback(stk({}, ITEMS[0]))).toEqual({ ...PAID, ...NOTHING, amountMinor: 150_000 });
  });

  test.each([
    ['Amount', '1500.00', { amountMinor: 150_000 }],
    ['Amount', 1500.5, { amountMinor: 150_050 }],
    ['Amount', '1,500', { amountMinor: null }],
    ['Amount', { $gt: 0 }, { amountMinor: null }],
    ['PhoneNumber', '254708374149', {}],
    ['PhoneNumber', '2547****149', { phone: null }],
    ['TransactionDate', '20191219102115', {}],
    ['TransactionDate', 20191319102115, { at: null }],
    ['MpesaReceiptNumber', 12345678, { receipt: null }],
    ['MpesaReceiptNumber', "NLJ7'; --", { receipt: null }],
    ['MpesaReceiptNumber', 'NLJ7RT61SV'.repeat(9), { receipt: null }],
  ])('reads %s %j for what it is', (name, value, expected) => {
    expect(readMpesaCallback(stk({}, instead(name, value)))).toEqual({ ...PAID, ...expected });
  });

  test('does not choose between two amounts', () => {
    const two = [{ Name: 'Amount', Value: 1500 }, ...ITEMS, { Name: 'Amount', Value: 1 }];
    expect(readMpesaCallback(stk({}, two))).toEqual({ ...PAID, amountMinor: null });
    const third = [{ Name: 'Amount', Value: 1 }, ...ITEMS, { Name: 'Amount', Value: 1500 }];
    expect(readMpesaCallback(stk({}, third))).toEqual({ ...PAID, amountMinor: null });
  });

  test.each([
    [{ CheckoutRequestID: undefined }],
    [{ CheckoutRequestID: '' }],
    [{ CheckoutRequestID: 7 }],
    [{ CheckoutRequestID: 'two words' }],
    [{ MerchantRequestID: null }],
    [{ MerchantRequestID: 'x'.repeat(129) }],
  ])('is nothing without its two names: %j', (fields) => {
    expect(readMpesaCallback(stk(fields))).toBeNull();
  });
});

describe('what became of money we sent', () => {
  const SENT = {
    kind: 'result',
    originatorId: 'eff_1',
    conversationId: 'AG_20240706_2010364430d9bbdaf872',
    succeeded: true,
    resultCode: '0',
    amountMinor: 70_000,
    receipt: 'SG632NMUAB',
    phone: '254705912645',
    at: Date.parse('2024-07-06T19:48:52Z'),
    status: null,
  };

  test('is read from the result of a payment to a phone', () => {
    const parameters = {
      TransactionAmount: 700,
      TransactionReceipt: 'SG632NMUAB',
      ReceiverPartyPublicName: '254705912645 - JANE DOE',
      TransactionCompletedDateTime: '06.07.2024 22:48:52',
      B2CUtilityAccountAvailableFunds: 8959269.6,
    };
    expect(readMpesaCallback(result({}, parameters))).toEqual(SENT);
    expect(readMpesaCallback(result({ ResultCode: '2040' }))).toEqual({
      ...{ ...SENT, ...NOTHING },
      succeeded: false,
      resultCode: '2040',
    });
  });

  test('is read from the answer to a question about it', () => {
    const parameters = {
      OriginatorConversationID: 'eff_9',
      Amount: '700.0',
      ReceiptNo: 'SG632NMUAB',
      CreditPartyName: '254705912645 - JANE DOE',
      FinalisedTime: 20240706224852,
      TransactionStatus: 'Completed',
    };
    const read = readMpesaCallback(result({ OriginatorConversationID: '3213-416199-2' }, parameters));
    const status = { originatorId: 'eff_9', text: 'Completed' };
    expect(read).toEqual({ ...SENT, originatorId: '3213-416199-2', status });
  });

  test.each([
    [{ OriginatorConversationID: undefined }],
    [{ ConversationID: {} }],
    [{ ResultCode: undefined }],
  ])('is nothing without its names and its code: %j', (fields) => {
    expect(readMpesaCallback(result(fields))).toBeNull();
  });
});

describe('anything else', () => {
  test.each([
    [null],
    [undefined],
    [''],
    ['{}'],
    [7],
    [[]],
    [{}],
    [{ Body: null }],
    [{ Body: [] }],
    [{ Body: { stkCallback: [] } }],
    [{ Body: { stkCallback: {} } }],
    [{ Result: [] }],
    [{ Result: 'x' }],
    [[stk()]],
    [{ body: stk().Body }],
  ])('is no callback: %j', (json) => {
    expect(readMpesaCallback(json)).toBeNull();
  });

  test('never throws, and never reads a success from what is no success', () => {
    const value = fc.anything({ withBigInt: true, withNullPrototype: true });
    const pair = fc.oneof(
      value,
      fc.record({ Name: fc.constantFrom(...ITEMS.map(({ Name }) => Name)), Value: value }),
    );
    const items = fc.oneof(value, fc.array(pair));
    const hostile = fc.oneof(
      value,
      fc.record({ Body: fc.record({ stkCallback: value }) }),
      fc.record({ code: value, items }).map(({ code, items }) => stk({ ResultCode: code }, items)),
      fc
        .record({ code: value, items })
        .map(({ code, items }) => result({ ResultCode: code, ResultParameters: { ResultParameter: items } })),
    );
    fc.assert(
      fc.property(hostile, (json) => {
        const read = readMpesaCallback(json);
        if (read === null) return;
        expect(read.succeeded).toBe(read.resultCode === '0');
        expect(read.amountMinor === null || Number.isSafeInteger(read.amountMinor)).toBe(true);
        expect(read.receipt === null || /^[A-Z0-9]{6,20}$/.test(read.receipt)).toBe(true);
        expect(read.phone === null || /^254[17]\d{8}$/.test(read.phone)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a callback with one place changed is read as that one change, or not at all', () => {
    const places = ['CheckoutRequestID', 'MerchantRequestID', 'ResultCode', 'ResultDesc', 'CallbackMetadata'];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) => {
        const read = readMpesaCallback(stk({ [place]: value }));
        if (read === null || place === 'CallbackMetadata') return;
        const told = { checkoutRequestId: 0, merchantRequestId: 0, resultCode: 0, succeeded: 0 };
        expect({ ...read, ...told }).toEqual({ ...PAID, ...told });
      }),
    );
  });
});
