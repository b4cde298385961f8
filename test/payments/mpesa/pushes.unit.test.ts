import { expect, test } from 'vitest';
import { Fault } from '../../../src/kernel/errors.ts';
import type { Said } from '../../../src/payments/mpesa/client.ts';
import { createPushes } from '../../../src/payments/mpesa/pushes.ts';
import type { PaymentOrder } from '../../../src/payments/ports.ts';

const CHECKOUT = 'ws_CO_1';
const PAYMENT = { id: 'pay_1', reference: `${CHECKOUT} 29115` };
const ORDER: PaymentOrder = {
  id: 'pay_1',
  bookingId: 'bkg_1',
  amount: 150_000,
  currency: 'KES',
  phone: '+254708374149',
  callbackToken: 'pay_1.s3cret',
};
const settings = {
  url: 'https://daraja.test',
  consumerKey: 'key',
  consumerSecret: 'secret',
  shortcode: '174379',
  passkey: 'passkey',
  initiator: 'roost',
  securityCredential: 'c2VjcmV0',
};

/** Daraja's answer to whatever it is asked, and what that was. */
function saying(said: Said) {
  const asked: Readonly<Record<string, unknown>>[] = [];
  const needs = {
    settings,
    origin: 'https://api.test',
    outbound: { ask: () => Promise.reject(new Error()), post: () => Promise.reject(new Error()) },
    clock: { now: () => Date.parse('2028-02-28T21:30:00Z') },
    callbackTokenOf: () => '',
  };
  const post = async (_: string, body: Readonly<Record<string, unknown>>) => {
    asked.push(body);
    return said;
  };
  return { asked, pushes: createPushes(needs, { post }) };
}
const accepted = (body: Readonly<Record<string, unknown>>): Said => ({ kind: 'accepted', body });

test('a push names the payer, the whole shillings and the secret address, and is signed in Nairobi', async () => {
  const { asked, pushes } = saying(accepted({ CheckoutRequestID: CHECKOUT, MerchantRequestID: '29115' }));
  expect(await pushes.start(ORDER)).toEqual({
    ok: true,
    reference: PAYMENT.reference,
    forGuest: { checkoutRequestId: CHECKOUT },
  });
  expect(asked).toEqual([
    {
      BusinessShortCode: '174379',
      Password: btoa('174379passkey20280229003000'),
      Timestamp: '20280229003000',
      TransactionType: 'CustomerPayBillOnline',
      Amount: 1500,
      PartyA: '254708374149',
      PartyB: '174379',
      PhoneNumber: '254708374149',
      CallBackURL: 'https://api.test/v1/webhooks/mpesa/pay_1.s3cret',
      AccountReference: 'ROOST',
      TransactionDesc: 'Roost booking',
    },
  ]);
});

test.each([
  [{}],
  [{ CheckoutRequestID: CHECKOUT }],
  [{ CheckoutRequestID: 'two words', MerchantRequestID: '29115' }],
  [{ CheckoutRequestID: CHECKOUT, MerchantRequestID: 29115 }],
])('a push that was taken on under no name that can be found again is unknown: %j', async (body) => {
  const { pushes } = saying(accepted(body));
  expect(await pushes.start(ORDER)).toEqual({ ok: false, why: 'unknown', code: 'no_reference' });
});

test('a push without a secret in its address is a mistake of ours, and nobody is asked', async () => {
  const { asked, pushes } = saying(accepted({}));
  await expect(pushes.start({ ...ORDER, callbackToken: null })).rejects.toThrow('Assertion failed');
  expect(asked).toEqual([]);
});

test.each([
  ['0', 'captured'],
  [0, 'captured'],
  ['4999', 'waiting'],
  [4999, 'waiting'],
  ['1032', 'failed'],
  [1037, 'failed'],
])('a query that says %j is of a payment that is %s', async (ResultCode, status) => {
  const { pushes } = saying(accepted({ CheckoutRequestID: CHECKOUT, ResultCode }));
  expect((await pushes.look(PAYMENT))?.status).toBe(status);
});

test.each([
  ['of another push', accepted({ CheckoutRequestID: 'ws_CO_2', ResultCode: '0' })],
  ['of none', accepted({ ResultCode: '0' })],
  ['with an empty code', accepted({ CheckoutRequestID: CHECKOUT, ResultCode: '' })],
  ['without a code', accepted({ CheckoutRequestID: CHECKOUT })],
  ['with a code that is none', accepted({ CheckoutRequestID: CHECKOUT, ResultCode: [0] })],
  ['of a wrong time', { kind: 'refused', code: '400.002.02', message: 'Bad Request - Invalid Timestamp' }],
  ['that there is none', { kind: 'unknown', code: 'no_answer', message: '' }],
  ['that nobody may ask', { kind: 'unsent', code: 'no_token', message: '' }],
] as [string, Said][])('an answer %s tells nothing of the payment', async (_, said) => {
  await expect(saying(said).pushes.look(PAYMENT)).rejects.toThrow(Fault);
});
