import { desc, type SQL, sql } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import { isStatus, selectProperties } from './queries.ts';
import type { MyPropertiesQuery } from './schemas.ts';
import { coHost, listing, property } from './tables.ts';
import { toHostProperty } from './to-property.ts';

/** The caller's own, and those that the caller helps with, newest first. */
export async function listMyProperties(
  ctx: Context,
  { limit, cursor, status }: z.infer<typeof MyPropertiesQuery>,
) {
  const { accountId } = requireUser(ctx, 'properties:read');

  const list = `my-properties ${accountId} ${status ?? ''}`;
  const [before] = readPosition(ctx.keyring, list, cursor) ?? [];
  // Each half stops at the page's end by its own index, so a page costs no more the more there is.
  const half = (table: SQL, id: SQL, whose: SQL) => sql`SELECT * FROM (
    SELECT ${id} AS id FROM ${table} ${status ? sql`LEFT JOIN ${listing} ON ${listing.propertyId} = ${id}` : sql``}
      WHERE ${whose} = ${accountId} ${before === undefined ? sql`` : sql`AND ${id} < ${before}`}
        ${status ? sql`AND ${isStatus(status)}` : sql``}
      ORDER BY ${id} DESC LIMIT ${limit + 1})`;
  const own = half(sql`${property}`, sql`${property.id}`, sql`${property.hostId}`);
  const helped = half(sql`${coHost}`, sql`${coHost.propertyId}`, sql`${coHost.accountId}`);
  const rows = await selectProperties(ctx.db, accountId)
    .where(sql`${property.id} IN (${own} UNION ${helped})`)
    .orderBy(desc(property.id))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    (row) => toHostProperty(row, ctx),
    (row) => writeCursor(ctx.keyring, list, [row.id]),
  );
}
