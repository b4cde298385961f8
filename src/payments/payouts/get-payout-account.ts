import { eq } from 'drizzle-orm';
import { requireHost } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { NoPayoutAccount } from '../errors.ts';
import { payoutAccount } from '../tables.ts';

export type PayoutAccountRow = typeof payoutAccount.$inferSelect;

export async function getPayoutAccount(ctx: Context): Promise<PayoutAccountRow> {
  const { accountId } = requireHost(ctx, 'payments:write');

  const [row] = await ctx.db.select().from(payoutAccount).where(eq(payoutAccount.hostId, accountId));
  if (!row) throw NoPayoutAccount();
  return row;
}
