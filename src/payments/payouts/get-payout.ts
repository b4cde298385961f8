import { and, eq } from 'drizzle-orm';
import { requireUser } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { PayoutNotFound } from '../errors.ts';
import { payout } from '../tables.ts';

export async function getPayout(ctx: Context, { payoutId }: { payoutId: string }) {
  const { accountId } = requireUser(ctx, 'bookings:read');

  const [row] = await ctx.db
    .select({ value: payout.value })
    .from(payout)
    .where(and(eq(payout.id, payoutId), eq(payout.hostId, accountId)));
  if (!row || row.value.amount < 0) throw PayoutNotFound();
  return row.value;
}
