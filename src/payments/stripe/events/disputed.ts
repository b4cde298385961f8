import type Stripe from 'stripe';
import type { Told } from '../told.ts';
import { isInquiry, ofDispute } from './of-dispute.ts';

export const toDisputed = (dispute: Stripe.Dispute): Told | null =>
  isInquiry(dispute.status) ? null : { ...ofDispute(dispute), kind: 'disputed' };
