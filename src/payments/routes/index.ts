import { reconciliation } from '../reconcile/index.ts';
import { bookingPayments } from './booking-payments.ts';
import { payouts } from './payouts.ts';
import { webhooks } from './webhooks.ts';

export const paymentRoutes = [...bookingPayments, ...payouts, ...webhooks, ...reconciliation];
