import { eq } from 'drizzle-orm';
import { describeAccount } from '../accounts/index.ts';
import { describeBookings } from '../bookings/index.ts';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import { describePayments } from '../payments/index.ts';
import { commit } from '../platform/commit.ts';
import { describeProperties } from '../properties/index.ts';
import { describeSavedSearches } from '../search/index.ts';
import { exportKey } from './rules.ts';
import { dataExport } from './tables.ts';

/** Writes the file, then says that it is there: a run that is cut off in between is simply run again. */
export async function exportData(ctx: Context, exportId: string): Promise<void> {
  const [row] = await ctx.db.select().from(dataExport).where(eq(dataExport.id, exportId));
  if (!row || row.readyAt !== null) return;
  const account = await describeAccount(ctx.db, row.accountId);
  if (!account) return;
  const properties = await describeProperties(ctx.db, row.accountId);
  const bookings = await describeBookings(ctx.db, row.accountId);
  const payments = await describePayments(ctx.db, row.accountId);
  const searches = await describeSavedSearches(ctx.db, row.accountId);

  const now = ctx.clock.now();
  const file = { exportedAt: toInstant(now), account, ...properties, ...bookings, ...payments, ...searches };
  await ctx.archive.put(exportKey(row.accountId, row.id), JSON.stringify(file));
  await commit(ctx, {
    writes: (db) => [db.update(dataExport).set({ readyAt: now }).where(eq(dataExport.id, exportId))],
    audit: [{ action: 'data.exported', subject: row.accountId }],
    result: undefined,
  });
}
