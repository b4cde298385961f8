import { inArray, lte } from 'drizzle-orm';
import { forgetExpiredAccountData } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { commit } from '../platform/commit.ts';
import { inbox, replay, spent } from '../platform/tables.ts';
import { exportKey, INBOX_LIFE_MS } from './rules.ts';
import { dataExport } from './tables.ts';

/** The daily sweep: everything that was kept only for a while and whose while is over. */
export async function forgetExpired(ctx: Context): Promise<number> {
  const now = ctx.clock.now();
  const expired = await ctx.db.select().from(dataExport).where(lte(dataExport.expiresAt, now)).limit(90);
  if (expired.length > 0) {
    await ctx.archive.delete(expired.map(({ accountId, id }) => exportKey(accountId, id)));
  }
  await commit(ctx, {
    writes: (db) => [
      ...forgetExpiredAccountData(db, now),
      db.delete(replay).where(lte(replay.expiresAt, now)),
      db.delete(spent).where(lte(spent.expiresAt, now)),
      db.delete(inbox).where(lte(inbox.at, now - INBOX_LIFE_MS)),
      db.delete(dataExport).where(
        inArray(
          dataExport.id,
          expired.map(({ id }) => id),
        ),
      ),
    ],
    audit: [{ action: 'retention.swept', subject: 'all', data: { exports: expired.length } }],
    result: undefined,
  });
  return expired.length;
}
