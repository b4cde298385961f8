import { and, desc, eq, gt } from 'drizzle-orm';
import { requireSession } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import { ExportNotFound } from './errors.ts';
import { exportKey } from './rules.ts';
import { dataExport } from './tables.ts';

/** The newest export: the file once it is there, and before that how far it is. */
export async function getExport(ctx: Context) {
  const actor = requireSession(ctx);

  const alive = and(eq(dataExport.accountId, actor.accountId), gt(dataExport.expiresAt, ctx.clock.now()));
  const [row] = await ctx.db
    .select()
    .from(dataExport)
    .where(alive)
    .orderBy(desc(dataExport.requestedAt), desc(dataExport.id))
    .limit(1);
  if (!row) throw ExportNotFound();

  const file = row.readyAt === null ? null : await ctx.archive.get(exportKey(row.accountId, row.id));
  return {
    id: row.id,
    status: file ? ('ready' as const) : ('preparing' as const),
    requestedAt: toInstant(row.requestedAt),
    expiresAt: toInstant(row.expiresAt),
    ...(file ? { data: await file.json<Record<string, unknown>>() } : {}),
  };
}
