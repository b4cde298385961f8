/**
 * Payments: how money comes, goes back and is passed on.
 * Always true here: what a payment means is decided by its booking's book; a provider is believed only after
 * its signature, or after it was asked; what is asked of a provider carries the key that makes it happen once.
 */
export { consumeProviderEvents } from './consume-events.ts';
export { lookAtPayment } from './look-at-payment.ts';
export type { HostBalances } from './payouts/host-balance.ts';
export { composePayoutMail, PayoutMail } from './payouts/mail.ts';
export { payHost } from './payouts/pay-host.ts';
export { retryPayouts, retryPayoutsOf } from './payouts/retry-payouts.ts';
export { performEffect } from './perform-effect.ts';
export { describePayments, erasePayments, openPaymentBusiness } from './personal-data.ts';
export { createProviders, type Providers } from './providers.ts';
export { recheckPayments, reconciliationJobs, startReconciliation } from './reconcile/index.ts';
export { paymentRoutes } from './routes/index.ts';
export { moneyCopies, sendEffects } from './sink.ts';
export { tallyBooks } from './tally-books.ts';
