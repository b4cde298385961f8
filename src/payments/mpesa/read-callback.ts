import { fromNairobiTimestamp } from './nairobi.ts';
import { toMpesaPhone } from './phone.ts';
import { isName } from './reference.ts';
import { toCents } from './shillings.ts';

type Told = {
  readonly succeeded: boolean;
  /** Daraja's own; always a text, whichever way it came. */
  readonly resultCode: string;
  readonly amountMinor: number | null;
  readonly receipt: string | null;
  readonly phone: string | null;
  readonly at: number | null;
};

/** What became of a push to a payer's phone. */
export type MpesaPayment = Told & {
  readonly kind: 'payment';
  readonly checkoutRequestId: string;
  readonly merchantRequestId: string;
};

/** What became of money we sent, or of a question about it: then it has a status. */
export type MpesaResult = Told & {
  readonly kind: 'result';
  readonly originatorId: string;
  readonly conversationId: string;
  readonly status: { readonly originatorId: string | null; readonly text: string } | null;
};

const MAX_ITEMS = 100;
const MAX_STATUS_LENGTH = 64;
const CODE = /^[A-Za-z0-9_.]{1,32}$/;
const RECEIPT = /^[A-Z0-9]{6,20}$/;

/**
 * Anybody can call, so nothing here is believed, only read. Null when it is no callback of Daraja's; of one
 * that is, whatever is missing or makes no sense is null, and what is not known is passed over.
 */
export function readMpesaCallback(json: unknown): MpesaPayment | MpesaResult | null {
  if (!isObject(json)) return null;
  if (isObject(json.Body) && isObject(json.Body.stkCallback)) return readPayment(json.Body.stkCallback);
  return isObject(json.Result) ? readResult(json.Result) : null;
}

function readPayment(callback: Fields): MpesaPayment | null {
  const { CheckoutRequestID: checkoutRequestId, MerchantRequestID: merchantRequestId } = callback;
  const resultCode = toCode(callback.ResultCode);
  if (!isName(checkoutRequestId) || !isName(merchantRequestId) || resultCode === null) return null;

  const items = readPairs(
    isObject(callback.CallbackMetadata) ? callback.CallbackMetadata.Item : null,
    'Name',
  );
  return {
    kind: 'payment',
    checkoutRequestId,
    merchantRequestId,
    succeeded: resultCode === '0',
    resultCode,
    amountMinor: toCents(items.get('Amount')),
    receipt: toReceipt(items.get('MpesaReceiptNumber')),
    phone: toPhone(items.get('PhoneNumber')),
    at: toMoment(items.get('TransactionDate')),
  };
}

function readResult(result: Fields): MpesaResult | null {
  const { OriginatorConversationID: originatorId, ConversationID: conversationId } = result;
  const resultCode = toCode(result.ResultCode);
  if (!isName(originatorId) || !isName(conversationId) || resultCode === null) return null;

  const { ResultParameters: parameters } = result;
  const items = readPairs(isObject(parameters) ? parameters.ResultParameter : null, 'Key');
  const any = (...names: string[]) =>
    names.map((name) => items.get(name)).find((value) => value !== undefined);
  const text = items.get('TransactionStatus');
  const asked = items.get('OriginatorConversationID');
  const isStatus = typeof text === 'string' && text.length <= MAX_STATUS_LENGTH;
  return {
    kind: 'result',
    originatorId,
    conversationId,
    succeeded: resultCode === '0',
    resultCode,
    amountMinor: toCents(any('TransactionAmount', 'Amount')),
    receipt: toReceipt(any('TransactionReceipt', 'ReceiptNo')),
    phone: toPhone(phoneIn(any('ReceiverPartyPublicName', 'CreditPartyName'))),
    at: toMoment(any('TransactionCompletedDateTime', 'TransCompletedTime', 'FinalisedTime')),
    status: isStatus ? { originatorId: isName(asked) ? asked : null, text } : null,
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One pair may come without its list. A name with two values has none that could be relied on. */
function readPairs(list: unknown, key: 'Name' | 'Key'): Map<string, unknown> {
  const pairs = new Map<string, unknown>();
  for (const pair of (Array.isArray(list) ? list : [list]).slice(0, MAX_ITEMS)) {
    if (!isObject(pair) || typeof pair[key] !== 'string') continue;
    const name = pair[key];
    pairs.set(name, pairs.has(name) && pairs.get(name) !== pair.Value ? null : pair.Value);
  }
  return pairs;
}

function toCode(value: unknown): string | null {
  const text = toText(value);
  return text !== null && CODE.test(text) ? text : null;
}

function toReceipt(value: unknown): string | null {
  return typeof value === 'string' && RECEIPT.test(value) ? value : null;
}

function toPhone(value: unknown): string | null {
  const text = toText(value);
  return text === null ? null : toMpesaPhone(text);
}

function toMoment(value: unknown): number | null {
  const text = toText(value);
  return text === null ? null : fromNairobiTimestamp(text);
}

/** As in 254705912645 - JANE DOE. */
const phoneIn = (name: unknown): unknown => (typeof name === 'string' ? name.split(' ', 1)[0] : null);

function toText(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value.trim() : null;
}
