import { Buffer } from 'node:buffer';
import { assert, Fault } from '../../kernel/errors.ts';
import type { PaymentOrder, ProviderPayment, Started } from '../ports.ts';
import type { DarajaClient, Said } from './client.ts';
import { toNairobiTimestamp } from './nairobi.ts';
import { addressOf, CURRENCY, type MpesaNeeds } from './needs.ts';
import { toMpesaPhone } from './phone.ts';
import { isName, readReference, toReference } from './reference.ts';
import { toShillings } from './shillings.ts';

/** Daraja allows 12 and 13 characters. */
const ACCOUNT_REFERENCE = 'ROOST';
const DESCRIPTION = 'Roost booking';
const BEING_PROCESSED = /being processed/i;
/** A result code of the query that is none: the payer has not answered. */
const STILL_WAITING = '4999';

/**
 * A phone is asked for its PIN. Daraja has no key for that: a phone that is asked already is not asked twice,
 * but one whose prompt has gone is. So an id is not started again while the outcome of its last start is unknown.
 */
export function createPushes(needs: MpesaNeeds, client: DarajaClient) {
  const { settings, clock } = needs;
  const sign = () => {
    const Timestamp = toNairobiTimestamp(clock.now());
    const password = `${settings.shortcode}${settings.passkey}${Timestamp}`;
    const Password = Buffer.from(password).toString('base64');
    return { BusinessShortCode: settings.shortcode, Password, Timestamp };
  };

  return {
    async start(order: PaymentOrder): Promise<Started> {
      const shillings = order.currency === CURRENCY ? toShillings(order.amount) : null;
      const phone = order.phone === null ? null : toMpesaPhone(order.phone);
      if (shillings === null) return { ok: false, why: 'refused', code: 'amount_not_payable' };
      if (phone === null) return { ok: false, why: 'refused', code: 'phone_not_payable' };
      assert(order.callbackToken !== null, 'M-Pesa does not sign, so its address has a secret');

      const said = await client.post('/mpesa/stkpush/v1/processrequest', {
        ...sign(),
        TransactionType: 'CustomerPayBillOnline',
        Amount: shillings,
        PartyA: phone,
        PartyB: settings.shortcode,
        PhoneNumber: phone,
        CallBackURL: addressOf(needs, order.callbackToken),
        AccountReference: ACCOUNT_REFERENCE,
        TransactionDesc: DESCRIPTION,
      });
      if (said.kind !== 'accepted') {
        return { ok: false, why: said.kind === 'unknown' ? 'unknown' : 'refused', code: said.code };
      }
      const { CheckoutRequestID: checkoutRequestId, MerchantRequestID: merchantRequestId } = said.body;
      if (!isName(checkoutRequestId) || !isName(merchantRequestId)) {
        return { ok: false, why: 'unknown', code: 'no_reference' };
      }
      const reference = toReference({ checkoutRequestId, merchantRequestId });
      return { ok: true, reference, forGuest: { checkoutRequestId } };
    },

    /** Daraja tells whether it was paid, and neither how much nor by whom: that is in the callback alone. */
    async look(payment: { id: string; reference: string }): Promise<ProviderPayment | null> {
      const { id, reference } = payment;
      const names = readReference(reference);
      if (names === null) return null;

      const { checkoutRequestId } = names;
      const body = { ...sign(), CheckoutRequestID: checkoutRequestId };
      const status = toStatus(await client.post('/mpesa/stkpushquery/v1/query', body), checkoutRequestId);
      if (status === null) return null;
      const unsaid = { amount: null, captured: null, refunded: null, receipt: null };
      return { paymentId: id, reference, status, currency: CURRENCY, ...unsaid };
    },
  };
}

/** Null when Daraja knows of no such push. */
function toStatus(said: Said, checkoutRequestId: string): ProviderPayment['status'] | null {
  if (said.kind === 'accepted') {
    const { ResultCode: code, CheckoutRequestID: about } = said.body;
    const isCode = typeof code === 'number' || (typeof code === 'string' && code !== '');
    if (about !== checkoutRequestId || !isCode) {
      throw new Fault('mpesa', new Error('the query was answered with something else'));
    }
    if (String(code) === STILL_WAITING) return 'waiting';
    return String(code) === '0' ? 'captured' : 'failed';
  }
  if (BEING_PROCESSED.test(said.message)) return 'waiting';
  if (said.kind === 'refused' && /invalid checkoutrequestid/i.test(said.message)) return null;
  throw new Fault('mpesa', new Error(`the query was answered ${said.code}`));
}
