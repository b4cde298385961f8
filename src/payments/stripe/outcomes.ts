import Stripe from 'stripe';
import type { EffectOutcome } from '../ports.ts';

type Failure = Extract<EffectOutcome, { kind: 'refused' | 'unknown' }>;

/**
 * What an error says about the effect. Refused is only what Stripe has looked at and will not do; a key that
 * is not accepted or an answer that did not come leaves it open.
 */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  switch (error.type) {
    case 'StripeCardError':
      return { kind: 'refused', code: error.decline_code || error.code || 'card_error' };
    case 'StripeInvalidRequestError':
      return { kind: 'refused', code: error.code ?? 'invalid_request' };
    case 'StripeIdempotencyError':
      return { kind: 'unknown', code: 'idempotency_error' };
    case 'StripeRateLimitError':
      return { kind: 'unknown', code: 'rate_limited' };
    case 'StripeAuthenticationError':
    case 'StripePermissionError':
      return { kind: 'unknown', code: 'not_allowed' };
    case 'StripeConnectionError':
      return { kind: 'unknown', code: 'no_answer' };
    default:
      return { kind: 'unknown', code: 'server_error' };
  }
}

/** What a payment's state says about its capture or its end; null while it can still come. */
export function judgeIntent(
  intent: Pick<Stripe.PaymentIntent, 'id' | 'status' | 'amount_received'>,
  wanted: 'captured' | 'voided',
  amount: number,
): EffectOutcome | null {
  const reference = intent.id;
  switch (intent.status) {
    case 'succeeded':
      if (wanted === 'voided') return { kind: 'refused', code: 'payment_intent_captured' };
      if (intent.amount_received !== amount) return { kind: 'refused', code: 'captured_another_amount' };
      return { kind: 'done', reference };
    case 'canceled':
      if (wanted === 'captured') return { kind: 'refused', code: 'payment_intent_canceled' };
      return { kind: 'done', reference };
    case 'processing':
      return { kind: 'pending', reference };
    default:
      return null;
  }
}

export function judgeRefund(refund: Stripe.Refund): EffectOutcome {
  switch (refund.status) {
    case 'succeeded':
      return { kind: 'done', reference: refund.id };
    case 'failed':
    case 'canceled':
      return { kind: 'refused', code: refund.failure_reason ?? `refund_${refund.status}` };
    default:
      return { kind: 'pending', reference: refund.id };
  }
}
