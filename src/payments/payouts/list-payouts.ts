import { desc, sql } from 'drizzle-orm';
import { requireHost } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { toPage, writeCursor } from '../../kernel/page.ts';
import type { z } from '../../kernel/zod.ts';
import { readPosition } from '../../platform/position.ts';
import type { PayoutsQuery } from '../schemas.ts';
import { payout } from '../tables.ts';
import { toPayout } from './to-payout.ts';

/** What was sent to the caller, or is to be, newest first. What they owe is in the statement. */
export async function listPayouts(
  ctx: Context,
  { limit, cursor, status, propertyId }: z.infer<typeof PayoutsQuery>,
) {
  const { accountId } = requireHost(ctx, 'bookings:read');

  const list = `payouts ${JSON.stringify([accountId, status, propertyId])}`;
  const before = readPosition(ctx.keyring, list, cursor);
  const rows = await ctx.db
    .select({ id: payout.id, createdAt: payout.createdAt, value: payout.value })
    .from(payout)
    .where(
      sql`${payout.hostId} = ${accountId} AND ${payout.value} ->> 'amount' >= 0
        ${status === undefined ? sql`` : sql`AND ${payout.status} = ${status}`}
        ${propertyId === undefined ? sql`` : sql`AND ${payout.propertyId} = ${propertyId}`}
        ${before ? sql`AND (${payout.createdAt}, ${payout.id}) < (${before[0]}, ${before[1]})` : sql``}`,
    )
    .orderBy(desc(payout.createdAt), desc(payout.id))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    ({ value }) => toPayout(value),
    (row) => writeCursor(ctx.keyring, list, [row.createdAt, row.id]),
  );
}
