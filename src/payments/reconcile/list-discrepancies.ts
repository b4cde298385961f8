import { asc, type SQL, sql } from 'drizzle-orm';
import { requireStaff } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { toPage, writeCursor } from '../../kernel/page.ts';
import type { z } from '../../kernel/zod.ts';
import { readPosition } from '../../platform/position.ts';
import { type DiscrepancyStatus, DOUBT_MS } from './age.ts';
import type { DiscrepanciesQuery } from './schemas.ts';
import { discrepancy } from './tables.ts';

const AGE = sql`${discrepancy.lastSeenAt} - ${discrepancy.firstSeenAt}`;
const IS: Readonly<Record<DiscrepancyStatus, SQL>> = {
  suspected: sql`${discrepancy.resolvedAt} IS NULL AND ${AGE} < ${DOUBT_MS}`,
  open: sql`${discrepancy.resolvedAt} IS NULL AND ${AGE} >= ${DOUBT_MS}`,
  resolved: sql`${discrepancy.resolvedAt} IS NOT NULL`,
};

/** The oldest first. */
export async function listDiscrepancies(
  ctx: Context,
  { limit, cursor, status, kind }: z.infer<typeof DiscrepanciesQuery>,
) {
  requireStaff(ctx);

  const list = `discrepancies ${JSON.stringify([status, kind])}`;
  const after = readPosition(ctx.keyring, list, cursor);
  const rows = await ctx.db
    .select()
    .from(discrepancy)
    .where(
      sql`${IS[status]} ${kind === undefined ? sql`` : sql`AND ${discrepancy.kind} = ${kind}`}
        ${after ? sql`AND (${discrepancy.firstSeenAt}, ${discrepancy.id}) > (${after[0]}, ${after[1]})` : sql``}`,
    )
    .orderBy(asc(discrepancy.firstSeenAt), asc(discrepancy.id))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    (row) => row,
    (row) => writeCursor(ctx.keyring, list, [row.firstSeenAt, row.id]),
  );
}
