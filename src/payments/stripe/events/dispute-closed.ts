import type Stripe from 'stripe';
import type { Told } from '../told.ts';
import { ofDispute } from './of-dispute.ts';

/** A prevented one ended with the money at the guest; an inquiry that ends has taken none. */
export function toDisputeClosed(dispute: Stripe.Dispute): Told | null {
  switch (dispute.status) {
    case 'won':
      return { ...ofDispute(dispute), kind: 'dispute_won' };
    case 'lost':
    case 'prevented':
      return { ...ofDispute(dispute), kind: 'dispute_lost' };
    default:
      return null;
  }
}
