import type Stripe from 'stripe';
import type { Deliveries } from '../deliveries.ts';
import { type Kinds, newStripeId, type Objects } from './objects.ts';

const PATH = '/v1/webhooks/stripe';
const API_VERSION = '2026-10-28.endive';

/** The events that Roost's endpoint listens to. */
export type EventType =
  | 'payment_intent.amount_capturable_updated'
  | 'payment_intent.succeeded'
  | 'payment_intent.payment_failed'
  | 'payment_intent.canceled'
  | 'charge.refunded'
  | 'refund.created'
  | 'refund.failed'
  | 'charge.dispute.created'
  | 'charge.dispute.closed'
  | 'transfer.created'
  | 'transfer.reversed';

export type Emit = (type: EventType, object: Kinds[keyof Kinds], previous?: Record<string, unknown>) => void;

export function createEmit(objects: Objects, deliveries: Deliveries): Emit {
  return (type, object, previous) => {
    const event = {
      id: newStripeId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: objects.seconds(),
      data: { object, ...(previous ? { previous_attributes: previous } : {}) },
      livemode: false,
      pending_webhooks: 1,
      request: { id: newStripeId('req'), idempotency_key: null },
      type,
    } as unknown as Stripe.Event;
    objects.insert('event', event);
    deliveries.post({ target: 'stripe', path: PATH, headers: {}, body: JSON.stringify(event, null, 2) });
  };
}
