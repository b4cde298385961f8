import { getTableColumns, sql } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { newId } from '../../kernel/ids.ts';
import type { Database } from '../../platform/database.ts';
import type { ProviderName } from '../ports.ts';
import type { Discrepancy } from './discrepancy.ts';
import { discrepancy } from './tables.ts';

/** New ones, and those that had been mended. How old the others have become is found out by looking at them. */
export async function keepDiscrepancies(
  ctx: Context,
  provider: ProviderName,
  found: readonly Discrepancy[],
): Promise<void> {
  if (found.length === 0) return;
  const at = ctx.clock.now();
  const rows = found.map(({ kind, subject, paymentId, reference, ours, theirs }) => [
    ...[newId('dsc', at), provider, kind, subject, paymentId, reference],
    ...[ours?.amount, ours?.currency, theirs?.amount, theirs?.currency],
    ...[at, at, null],
  ]);
  const columns = Object.values(getTableColumns(discrepancy));
  const told = sql.raw(columns.map((_, index) => `value ->> ${index}`).join(', '));
  const seen = { firstSeenAt: sql`excluded.first_seen_at`, lastSeenAt: sql`excluded.last_seen_at` };
  await (ctx.db as Database)
    .insert(discrepancy)
    .select(sql`SELECT ${told} FROM json_each(${JSON.stringify(rows)}) WHERE true`)
    .onConflictDoUpdate({
      target: [discrepancy.provider, discrepancy.kind, discrepancy.subject],
      set: { ...seen, resolvedAt: null },
      setWhere: sql`${discrepancy.resolvedAt} IS NOT NULL`,
    });
}
