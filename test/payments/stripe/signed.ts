import Stripe from 'stripe';

export const SECRET = 'whsec_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4';
export const OTHER_SECRET = 'whsec_4xQ6gSa3JuHf9EcYmLd8TzPwNbV2kR7';
export const NOW_MS = Date.UTC(2027, 0, 15, 12);
export const NOW = NOW_MS / 1000;

export const sign = (payload: string, secret = SECRET, timestamp = NOW) =>
  Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp });

/** An event as Stripe would word it, with as much of its object as is read. */
export const eventOf = (type: string, object: object, previous?: object) => ({
  ...{ id: 'evt_1', object: 'event', api_version: '2026-10-28.endive', created: NOW - 60, livemode: false },
  ...{ pending_webhooks: 1, request: null, type },
  data: { object, ...(previous ? { previous_attributes: previous } : {}) },
});

export const INTENT = {
  ...{ id: 'pi_1', object: 'payment_intent', amount: 9_000, amount_capturable: 0, amount_received: 0 },
  ...{ currency: 'kes', latest_charge: 'ch_1', last_payment_error: null, status: 'requires_capture' },
  metadata: { paymentId: 'pay_1', bookingId: 'bkg_1' },
};
export const REFUND = {
  ...{ id: 're_1', object: 'refund', amount: 4_000, currency: 'kes', charge: 'ch_1', payment_intent: 'pi_1' },
  ...{ status: 'succeeded', metadata: { paymentId: 'pay_1', effectId: 'eff_1' } },
};
export const DISPUTE = {
  ...{
    id: 'dp_1',
    object: 'dispute',
    amount: 9_000,
    currency: 'kes',
    charge: 'ch_1',
    payment_intent: 'pi_1',
  },
  ...{ status: 'needs_response', metadata: {} },
};
export const TRANSFER = {
  ...{ id: 'tr_1', object: 'transfer', amount: 7_000, amount_reversed: 2_000, currency: 'kes' },
  ...{ metadata: { paymentId: 'pay_1' }, reversals: { data: [] as object[] } },
};
