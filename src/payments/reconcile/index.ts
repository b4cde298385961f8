/**
 * Reconciliation: our books of money beside each provider's.
 * Always true here: a list only makes suspicious; what differs was asked of the provider and of the payment's
 * book, one after the other; nothing is told to people before it was still so an hour later; nothing is mended
 * by itself.
 */
import type { Context } from '../../context.ts';
import { z } from '../../kernel/zod.ts';
import { readTransfers } from './read-transfers.ts';
import { recheckDue } from './recheck-discrepancies.ts';
import { startSweep, sweepPayments } from './sweep-payments.ts';

export { reconciliation } from './routes.ts';

export const startReconciliation = async (ctx: Context): Promise<number> => {
  await startSweep(ctx, null, []);
  return 1;
};
export const recheckPayments = (ctx: Context): Promise<number> => recheckDue(ctx, readTransfers);
const Start = z.object({ days: z.int().nullable() });

export const reconciliationJobs = {
  start_reconciliation: async (ctx: Context, message: unknown) => {
    await startSweep(ctx, Start.parse(message).days, []);
  },
  reconcile_payments: (ctx: Context, message: unknown) => sweepPayments(ctx, message, readTransfers),
};
