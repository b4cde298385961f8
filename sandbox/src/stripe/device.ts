import type Stripe from 'stripe';
import { notNow, type Outcome, type Player } from '../payments.ts';
import { newCharge } from './charges.ts';
import { newDispute } from './disputes.ts';
import type { Emit } from './events.ts';
import type { Objects } from './objects.ts';
import { createShow, PAYABLE } from './show.ts';

/** What is not done over Stripe's API: the guest's card form, and later the guest's bank. */
export function createDevice(objects: Objects, emit: Emit): Player {
  const intentOf = (paymentId: string) =>
    objects.where('payment_intent', 'metadata.paymentId', paymentId)[0] ?? null;

  const pay = (paymentId: string, outcome: Outcome, intent: Stripe.PaymentIntent) => {
    if (!PAYABLE.includes(intent.status)) throw notNow(paymentId, outcome, intent.status);

    const isDeclined = outcome === 'fail';
    const isManual = intent.capture_method === 'manual';
    const charge = newCharge(intent, objects.seconds(), isDeclined);
    if (!isDeclined && !isManual) Object.assign(charge, { captured: true, amount_captured: intent.amount });
    objects.insert('charge', charge);
    if (isDeclined) {
      const failed = objects.update('payment_intent', {
        ...intent,
        latest_charge: charge.id,
        last_payment_error: {
          charge: charge.id,
          code: 'card_declined',
          decline_code: 'generic_decline',
          message: 'Your card was declined.',
          type: 'card_error',
        },
      });
      emit('payment_intent.payment_failed', failed);
      return;
    }
    const paid = objects.update('payment_intent', {
      ...intent,
      status: isManual ? 'requires_capture' : 'succeeded',
      latest_charge: charge.id,
      payment_method: charge.payment_method,
      last_payment_error: null,
      ...(isManual ? { amount_capturable: intent.amount } : { amount_received: intent.amount }),
    });
    emit(isManual ? 'payment_intent.amount_capturable_updated' : 'payment_intent.succeeded', paid);
  };

  const dispute = (paymentId: string, outcome: Outcome, intent: Stripe.PaymentIntent) => {
    const charge = objects.find('charge', String(intent.latest_charge));
    if (!charge?.captured || charge.disputed || charge.refunded) {
      throw notNow(
        paymentId,
        outcome,
        charge?.disputed ? 'disputed' : charge?.refunded ? 'refunded' : intent.status,
      );
    }

    objects.update('charge', { ...charge, disputed: true });
    emit('charge.dispute.created', objects.insert('dispute', newDispute(charge, objects.seconds())));
  };

  const close = (paymentId: string, outcome: Outcome, intent: Stripe.PaymentIntent) => {
    const open = objects
      .where('dispute', 'payment_intent', intent.id)
      .find(({ status }) => status === 'needs_response');
    if (!open) throw notNow(paymentId, outcome, 'not disputed');

    const status = outcome === 'win_dispute' ? 'won' : 'lost';
    emit('charge.dispute.closed', objects.update('dispute', { ...open, status }), { status: open.status });
  };

  const failRefund = (paymentId: string, outcome: Outcome, intent: Stripe.PaymentIntent) => {
    const refund = objects
      .where('refund', 'payment_intent', intent.id)
      .find(({ status }) => status === 'succeeded');
    const charge = objects.find('charge', String(intent.latest_charge));
    if (!refund || !charge) throw notNow(paymentId, outcome, 'not refunded');

    const amountRefunded = charge.amount_refunded - refund.amount;
    objects.update('charge', { ...charge, amount_refunded: amountRefunded, refunded: false });
    const failed = { ...refund, status: 'failed', failure_reason: 'expired_or_canceled_card' };
    emit('refund.failed', objects.update('refund', failed), { status: refund.status });
  };

  const playOf = (outcome: Outcome) => {
    switch (outcome) {
      case 'succeed':
      case 'fail':
        return pay;
      case 'dispute':
        return dispute;
      case 'win_dispute':
      case 'lose_dispute':
        return close;
      case 'fail_refund':
        return failRefund;
    }
  };

  return {
    show: createShow(objects),
    knows: (paymentId) => intentOf(paymentId) !== null,
    play(paymentId, outcome) {
      const intent = intentOf(paymentId);
      if (intent) playOf(outcome)(paymentId, outcome, intent);
    },
  };
}
