import Stripe from 'stripe';
import type { ProviderEvent } from '../ports.ts';
import { toAuthorized } from './events/authorized.ts';
import { toCaptured } from './events/captured.ts';
import { toDisputeClosed } from './events/dispute-closed.ts';
import { toDisputeUpdated } from './events/dispute-updated.ts';
import { toDisputed } from './events/disputed.ts';
import { toFailed } from './events/failed.ts';
import { toRefundUpdated } from './events/refund-updated.ts';
import { toRefunded } from './events/refunded.ts';
import { toTransferReversed } from './events/transfer-reversed.ts';
import { toVoided } from './events/voided.ts';
import type { Told } from './told.ts';

const TOLERANCE_SECONDS = 300;

export type StripeReading =
  | { readonly kind: 'event'; readonly event: ProviderEvent; readonly paymentReference: string | null }
  | { readonly kind: 'ignored'; readonly type: string }
  | { readonly kind: 'refused'; readonly why: 'signature' | 'timestamp' | 'malformed' };

/** Believes nothing that is not signed, within five minutes of now on either side, with a secret that lives. */
export async function readStripeEvent(
  rawBody: string | Uint8Array,
  signatureHeader: string | null,
  secrets: readonly string[],
  nowMs: number,
): Promise<StripeReading> {
  const payload = typeof rawBody === 'string' ? rawBody : toText(rawBody);
  const signedAt = timestampIn(signatureHeader ?? '');
  if (payload === null || signatureHeader === null || signedAt === null) {
    return { kind: 'refused', why: 'signature' };
  }
  // The SDK bounds the past alone.
  const ageSeconds = Math.floor(nowMs / 1000) - signedAt;
  if (Math.abs(ageSeconds) > TOLERANCE_SECONDS) return { kind: 'refused', why: 'timestamp' };

  const event = await verify(payload, signatureHeader, secrets, nowMs);
  if (typeof event === 'string') return { kind: 'refused', why: event };
  const told = tell(event);
  if (!told) return { kind: 'ignored', type: event.type };
  const { paymentReference, ...rest } = told;
  return {
    kind: 'event',
    event: { ...rest, source: 'stripe', eventId: event.id, at: event.created * 1000 },
    paymentReference,
  };
}

/** Null unless other bytes would be another text: the SDK leaves out a mark at the beginning. */
function toText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Null where a signature is no signature, and where of two times nobody could say which one was signed. */
function timestampIn(header: string): number | null {
  const parts = header.split(',');
  const signatures = parts.filter((part) => part.startsWith('v1='));
  if (!signatures.every((part) => /^v1=[0-9a-f]{64}$/.test(part))) return null;
  const [first, ...others] = parts.filter((part) => part.startsWith('t='));
  const [, seconds] = /^t=(\d{1,12})$/.exec(first ?? '') ?? [];
  return seconds === undefined || others.length > 0 ? null : Number(seconds);
}

async function verify(
  payload: string,
  header: string,
  secrets: readonly string[],
  nowMs: number,
): Promise<Stripe.Event | 'signature' | 'malformed'> {
  const { webhooks, errors } = Stripe;
  for (const secret of secrets) {
    try {
      const args = [payload, header, secret, TOLERANCE_SECONDS, undefined, nowMs] as const;
      const event = await webhooks.constructEventAsync(...args);
      return isEvent(event) ? event : 'malformed';
    } catch (error) {
      if (!(error instanceof errors.StripeSignatureVerificationError)) return 'malformed';
    }
  }
  return 'signature';
}

const isEvent = (event: Stripe.Event | null): event is Stripe.Event =>
  event?.object === 'event' &&
  typeof event.id === 'string' &&
  typeof event.created === 'number' &&
  typeof event.data?.object === 'object';

/** Null for what Roost has no use for. */
function tell(event: Stripe.Event): Told | null {
  switch (event.type) {
    case 'payment_intent.amount_capturable_updated':
      return toAuthorized(event.data.object);
    case 'payment_intent.succeeded':
      return toCaptured(event.data.object);
    case 'payment_intent.payment_failed':
      return toFailed(event.data.object);
    case 'payment_intent.canceled':
      return toVoided(event.data.object);
    case 'refund.created':
    case 'refund.failed':
      return toRefunded(event.data.object);
    case 'refund.updated':
      return toRefundUpdated(event);
    case 'charge.dispute.created':
      return toDisputed(event.data.object);
    case 'charge.dispute.updated':
      return toDisputeUpdated(event);
    case 'charge.dispute.closed':
      return toDisputeClosed(event.data.object);
    case 'transfer.reversed':
      return toTransferReversed(event.data.object);
    default:
      return null;
  }
}
