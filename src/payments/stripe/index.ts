/**
 * Stripe through its official SDK: money is held by a card's bank until it is captured, and everything that
 * we ask for carries our id as its key and in its metadata, so that it can be found again.
 */
export { createStripe } from './provider.ts';
export { readStripeEvent, type StripeReading } from './read-event.ts';
