import { and, asc, eq, inArray, lt } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { DAY, HOUR } from '../../kernel/clock.ts';
import { propertyIdOf } from '../../kernel/ids.ts';
import { z } from '../../kernel/zod.ts';
import { callOf } from '../../properties/index.ts';
import { payout, payoutAccount } from '../tables.ts';

const AT_ONCE = 500;
const STUCK = inArray(payout.status, ['waiting', 'failed']);
const Job = z.object({ kind: z.literal('retry_payouts'), hostId: z.string() });

/** As soon as a host says where their money goes, what waits for that goes there. */
export async function retryPayoutsOf(ctx: Context, message: unknown): Promise<void> {
  const { hostId } = Job.parse(message);
  const rows = await ctx.db
    .select({ id: payout.id })
    .from(payout)
    .where(and(STUCK, eq(payout.hostId, hostId)))
    .orderBy(asc(payout.createdAt))
    .limit(AT_ONCE);
  await retry(ctx, rows);
}

/** Daily: what a provider refused yesterday it may take today. What waits for an account waits for its host. */
export async function retryPayouts(ctx: Context): Promise<number> {
  const rows = await ctx.db
    .select({ id: payout.id })
    .from(payout)
    .innerJoin(payoutAccount, eq(payoutAccount.hostId, payout.hostId))
    .where(and(STUCK, lt(payout.createdAt, ctx.clock.now() - DAY + HOUR)))
    .orderBy(asc(payout.createdAt))
    .limit(AT_ONCE);
  await retry(ctx, rows);
  return rows.length;
}

async function retry(ctx: Context, rows: readonly { id: string }[]): Promise<void> {
  for (const { id } of rows) await ctx.books.of(propertyIdOf(id)).retryPayout(callOf(ctx), id);
}
