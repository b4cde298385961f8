import { bookingPayments } from './booking-payments.ts';
import { webhooks } from './webhooks.ts';

export const paymentRoutes = [...bookingPayments, ...webhooks];
