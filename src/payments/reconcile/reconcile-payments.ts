import { requireStaff } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { startSweep } from './sweep-payments.ts';

/** What the daily job does, at once, and as far back as is asked. */
export async function reconcilePayments(ctx: Context, { days }: { days?: number | undefined }) {
  requireStaff(ctx);

  const audit = { action: 'payments.reconciled', subject: 'all', data: { days: days ?? null } };
  return startSweep(ctx, days ?? null, [audit]);
}
