import { defineRefusal } from '../kernel/errors.ts';

export const PaymentNotFound = defineRefusal(
  'payments.not_found',
  'not_found',
  'Nobody has begun to pay for this booking',
);
export const NotTheGuest = defineRefusal('payments.not_the_guest', 'forbidden', 'The guest pays');
export const NothingDue = defineRefusal('payments.nothing_due', 'conflict', 'There is nothing to pay now');
export const NotPayable = defineRefusal(
  'payments.not_payable',
  'conflict',
  'This amount cannot be paid this way; choose another',
);
export const PhoneRequired = defineRefusal(
  'payments.phone_required',
  'invalid',
  'Say which phone pays, as +254 and nine digits',
);
export const ProviderRefused = defineRefusal(
  'payments.provider_refused',
  'conflict',
  'The payment provider will not take this payment',
);
export const RefundTooLarge = defineRefusal(
  'payments.refund_too_large',
  'conflict',
  'That is more than can be given back of this booking',
);
export const EffectNotFound = defineRefusal(
  'payments.effect_not_found',
  'not_found',
  'There is nothing of this name that a provider was to do',
);
export const EffectSettled = defineRefusal(
  'payments.effect_settled',
  'conflict',
  'The provider has done this already, or it is not to be done any more',
);
export const SignatureInvalid = defineRefusal(
  'payments.signature_invalid',
  'invalid',
  'This was not signed by the payment provider, or not lately',
);
export const PayoutNotFound = defineRefusal(
  'payouts.not_found',
  'not_found',
  'There is no such payout of yours',
);
export const NoPayoutAccount = defineRefusal(
  'payouts.no_account',
  'not_found',
  'You have not said yet where your money goes',
);
export const PayoutDetailMissing = defineRefusal(
  'payouts.detail_missing',
  'invalid',
  'Stripe needs the country that you live in, M-Pesa a phone',
);
export const PayoutAccountRefused = defineRefusal(
  'payouts.account_refused',
  'conflict',
  'The payment provider can send no money there',
);
export const ReturnUrlForeign = defineRefusal(
  'payouts.return_url_foreign',
  'invalid',
  'The host can only be sent back to this marketplace',
);
