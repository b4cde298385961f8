import type { ProviderRecord } from '../../../src/payments/ports.ts';
import type { OurPayment, OurTransfer } from '../../../src/payments/reconcile/discrepancy.ts';

/** One payment as both sides have it: paid, and nothing given back. */
export const TOLD: OurPayment['told'] = {
  ...{ authorized: true, failed: false, voided: false, captured: 9_000, receipt: null },
  ...{ refunds: {}, failedRefunds: {}, disputes: {} },
};
export const OURS: OurPayment = {
  ...{ id: 'pay_1', bookingId: 'bkg_1', provider: 'stripe', amount: 9_000, currency: 'KES' },
  ...{ reference: 'pi_1', told: TOLD, fate: { kind: 'taken' }, createdAt: 1_000 },
};
export const TRANSFER: OurTransfer = {
  ...{ id: 'pyo_1', effectId: 'bkg_1-payout-0', amount: 6_000, currency: 'KES' },
  ...{ reference: 'tr_1', status: 'paid', at: 2_000 },
};

export const recordOf = (
  kind: ProviderRecord['kind'],
  more: Partial<ProviderRecord> & Pick<ProviderRecord, 'reference' | 'amount' | 'status'>,
): ProviderRecord => ({
  ...{ kind, paymentReference: 'pi_1', paymentId: null, effectId: null },
  ...{ captured: 0, currency: 'KES', at: 1_000 },
  ...more,
});
export const PAYMENT = recordOf('payment', {
  ...{ reference: 'pi_1', paymentId: 'pay_1', amount: 9_000, captured: 9_000, status: 'captured' },
});
