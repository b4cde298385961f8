import type Stripe from 'stripe';
import type { Told } from '../told.ts';
import { toRefunded } from './refunded.ts';

/** Most updates add a bank's reference; only one that changes the state is news. */
export const toRefundUpdated = ({ data }: Stripe.RefundUpdatedEvent): Told | null =>
  data.previous_attributes?.status === undefined ? null : toRefunded(data.object);
