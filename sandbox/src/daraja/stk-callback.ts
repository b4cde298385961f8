import { toNairobi } from './nairobi.ts';
import type { Push } from './pushes.ts';
import { DONE, type Result } from './results.ts';

type Telling = {
  readonly push: Push;
  readonly told: Result;
  readonly code: string | number;
  readonly amount: number;
  readonly phone: string;
  readonly receipt: string;
};

/** Numbers where Daraja has numbers, an item without a value where it has one. */
export function toStkCallback({ push, told, code, amount, phone, receipt }: Telling) {
  const items = [
    { Name: 'Amount', Value: amount },
    { Name: 'MpesaReceiptNumber', Value: receipt },
    { Name: 'Balance' },
    { Name: 'TransactionDate', Value: Number(toNairobi(push.ended_at ?? push.asked_at)) },
    { Name: 'PhoneNumber', Value: Number(phone) },
  ];
  const stkCallback = {
    MerchantRequestID: push.merchant_id,
    CheckoutRequestID: push.checkout_id,
    ResultCode: code,
    ResultDesc: told.text,
  };
  const succeeded = told.code === DONE.code;
  return {
    Body: { stkCallback: succeeded ? { ...stkCallback, CallbackMetadata: { Item: items } } : stkCallback },
  };
}
