import { reconciliation } from '../reconcile/index.ts';
import { bookingPayments } from './booking-payments.ts';
import { payouts } from './payouts.ts';
import { staff } from './staff.ts';
import { webhooks } from './webhooks.ts';

export const paymentRoutes = [...bookingPayments, ...payouts, ...webhooks, ...staff, ...reconciliation];
