import { expect } from 'vitest';
import type { Answer, Place } from './ground.ts';

const HOUR_MS = 3_600_000;

const SHORTCODE = '174379';
/** An alarm of the sandbox rings when the machine finds time. */
export const PATIENCE = { timeout: 20_000 };
export const PHONE = '254708374149';
const HOOK = 'http://api.test/v1/webhooks/mpesa';
const RESULT = `${HOOK}/eff_1.s3cret`;

let count = 0;
export const newPaymentId = (): string => `pay_${Date.now().toString(36)}${count++}`;
/** A payer of one's own, so that no prompt of another test is in the way. */
const newPhone = (): string => `2547${10_000_000 + count++}`;

type Fields = Readonly<Record<string, unknown>>;

/** A customer of Daraja who does everything right unless told otherwise. */
export function useDaraja({ call }: Pick<Place, 'call'>) {
  const authorize = async (): Promise<string> => {
    const authorization = `Basic ${btoa('key:secret')}`;
    const path = '/sandbox/daraja/oauth/v1/generate?grant_type=client_credentials';
    const answer = await call('GET', path, undefined, { authorization });
    expect(answer.body.expires_in).toBe('3599');
    return answer.body.access_token as string;
  };
  const post = async (path: string, body: unknown, token?: string): Promise<Answer> =>
    call('POST', `/sandbox/daraja/mpesa/${path}`, body, {
      authorization: `Bearer ${token ?? (await authorize())}`,
    });
  const signed = async () => {
    const { now } = (await call('GET', '/sandbox/clock')).body as { now: string };
    const Timestamp = new Date(Date.parse(now) + 3 * HOUR_MS).toISOString().replace(/\D/g, '').slice(0, 14);
    return { BusinessShortCode: SHORTCODE, Password: btoa(`${SHORTCODE}passkey${Timestamp}`), Timestamp };
  };
  const initiated = {
    SecurityCredential: 'c2VjcmV0',
    Remarks: 'Roost',
    QueueTimeOutURL: RESULT,
    ResultURL: RESULT,
  };

  async function push(fields: Fields = {}, token?: string) {
    const body = {
      ...(await signed()),
      TransactionType: 'CustomerPayBillOnline',
      Amount: 1500,
      PartyA: PHONE,
      PartyB: SHORTCODE,
      PhoneNumber: PHONE,
      CallBackURL: `${HOOK}/${newPaymentId()}.s3cret`,
      AccountReference: 'ROOST',
      TransactionDesc: 'Roost booking',
      ...fields,
    };
    return post('stkpush/v1/processrequest', body, token);
  }

  return {
    authorize,
    push,

    /** Pushes to a phone of its own, and expects it to be asked. */
    async ask(fields: Fields = {}) {
      const [paymentId, phone] = [newPaymentId(), newPhone()];
      const { status, body } = await push({
        PartyA: phone,
        PhoneNumber: phone,
        CallBackURL: `${HOOK}/${paymentId}.s3cret`,
        ...fields,
      });
      expect(status).toBe(200);
      const { CheckoutRequestID: checkout, MerchantRequestID: merchant } = body;
      return { paymentId, phone, checkout: checkout as string, merchant: merchant as string };
    },

    /** What is on its way to Roost, or has come there, in the order of its telling. */
    async told(pathPart = ''): Promise<Told[]> {
      const { data } = (await call('GET', '/sandbox/deliveries')).body as { data: Delivery[] };
      return data
        .filter(({ path, state }) => path.includes(pathPart) && state !== 'dropped')
        .map(({ path, body }) => ({ path, body: JSON.parse(body) as Record<string, unknown> }))
        .reverse();
    },
    query: async (checkoutRequestId: unknown) =>
      post('stkpushquery/v1/query', { ...(await signed()), CheckoutRequestID: checkoutRequestId }),
    play: (paymentId: string, outcome: unknown, faults?: unknown) =>
      call('POST', `/sandbox/payments/${paymentId}`, {
        outcome,
        ...(faults === undefined ? {} : { faults }),
      }),
    pay: (fields: Fields = {}) =>
      post('b2c/v3/paymentrequest', {
        ...initiated,
        OriginatorConversationID: crypto.randomUUID(),
        InitiatorName: 'roost',
        CommandID: 'BusinessPayment',
        Amount: 700,
        PartyA: SHORTCODE,
        PartyB: PHONE,
        ...fields,
      }),
    reverse: (TransactionID: unknown, fields: Fields = {}) =>
      post('reversal/v1/request', {
        ...initiated,
        Initiator: 'roost',
        CommandID: 'TransactionReversal',
        TransactionID,
        Amount: 1500,
        ReceiverParty: SHORTCODE,
        RecieverIdentifierType: '11',
        ...fields,
      }),
    status: (fields: Fields) =>
      post('transactionstatus/v1/query', {
        ...initiated,
        Initiator: 'roost',
        CommandID: 'TransactionStatusQuery',
        PartyA: SHORTCODE,
        IdentifierType: '4',
        ...fields,
      }),
  };
}

type Delivery = { path: string; body: string; state: string };
export type Told = { path: string; body: Record<string, unknown> };
type Named = { Name?: string; Key?: string; Value?: unknown };
type StkCallback = { ResultCode: unknown; CheckoutRequestID: string; CallbackMetadata?: { Item: Named[] } };
type Result = {
  ResultCode: unknown;
  OriginatorConversationID: string;
  TransactionID: string;
  ResultParameters?: { ResultParameter: Named[] };
};

const toRecord = (list: readonly Named[] = []): Record<string, unknown> =>
  Object.fromEntries(list.map(({ Name, Key, Value }) => [Name ?? Key, Value]));

export function readStk(body: Record<string, unknown>) {
  const { stkCallback } = body.Body as { stkCallback: StkCallback };
  const items = toRecord(stkCallback.CallbackMetadata?.Item);
  return { code: String(stkCallback.ResultCode), raw: stkCallback, items };
}

export function readResult(body: Record<string, unknown>) {
  const result = body.Result as Result;
  const parameters = toRecord(result.ResultParameters?.ResultParameter);
  return { code: String(result.ResultCode), raw: result, parameters };
}
