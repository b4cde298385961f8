import type Stripe from 'stripe';
import type { Told } from '../told.ts';
import { toDisputed } from './disputed.ts';
import { isInquiry } from './of-dispute.ts';

/** Only where an inquiry has become a dispute: the money goes then. */
export function toDisputeUpdated({ data }: Stripe.ChargeDisputeUpdatedEvent): Told | null {
  const before = data.previous_attributes?.status;
  return before !== undefined && isInquiry(before) ? toDisputed(data.object) : null;
}
