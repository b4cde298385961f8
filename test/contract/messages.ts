import { Buffer } from 'node:buffer';
import fc, { type Arbitrary } from 'fast-check';

/** What somebody who is not the provider may send where only the provider should. */
type Message = { readonly type: string; readonly body: Buffer };

const STRIPE = {
  ...{ id: 'evt_1', object: 'event', api_version: '2026-10-28.endive', created: 1_800_000_000 },
  ...{ livemode: false, pending_webhooks: 1, request: null, type: 'payment_intent.succeeded' },
  data: { object: { id: 'pi_1', object: 'payment_intent', metadata: {} } },
};
const STK = {
  ...{ MerchantRequestID: 'mr-1', CheckoutRequestID: 'ws_CO_1', ResultCode: 0, ResultDesc: 'Done' },
  CallbackMetadata: { Item: [{ Name: 'Amount', Value: 1_500 }] },
};
const RESULT = { ResultType: 0, ResultCode: 0, ConversationID: 'AG_1', OriginatorConversationID: 'oc-1' };
const TYPES = ['application/json', 'application/json; charset=utf-8', 'text/plain', ''];

const texts = fc.oneof(
  fc
    .constantFrom(STRIPE, { Body: { stkCallback: STK } }, { Result: RESULT })
    .map((one) => JSON.stringify(one)),
  fc.json(),
  fc.constantFrom('', '[]', 'null', '{"Body":{"stkCallback":{}}}', '{"Result":[]}', 'x'.repeat(100_000)),
);

export const messages: Arbitrary<Message> = fc.record({
  type: fc.constantFrom(...TYPES),
  body: fc.oneof(
    { weight: 5, arbitrary: texts.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)) },
  ),
});
