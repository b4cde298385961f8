import { and, desc, eq, sql } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import { propertyColumns } from './queries.ts';
import type { PageQuery } from './schemas.ts';
import { favourite, listing, property } from './tables.ts';
import { toPublicProperty } from './to-property.ts';

/** As the public sees them, and only those that the public sees now. */
export async function listFavourites(ctx: Context, { limit, cursor }: z.infer<typeof PageQuery>) {
  const { accountId } = requireUser(ctx, 'profile');

  const list = `favourites ${accountId}`;
  const after = readPosition(ctx.keyring, list, cursor);
  const rows = await ctx.db
    .select({ ...propertyColumns, likedAt: sql<number>`${favourite.createdAt}`.as('liked_at') })
    .from(favourite)
    .innerJoin(property, eq(property.id, favourite.propertyId))
    .innerJoin(listing, eq(listing.propertyId, favourite.propertyId))
    .where(
      and(
        eq(favourite.accountId, accountId),
        eq(listing.status, 'published'),
        after && sql`(${favourite.createdAt}, ${favourite.propertyId}) < (${after[0]}, ${after[1]})`,
      ),
    )
    .orderBy(desc(favourite.createdAt), desc(favourite.propertyId))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    (row) => toPublicProperty({ ...row, access: null, coHosts: [] }, ctx),
    (row) => writeCursor(ctx.keyring, list, [row.likedAt, row.id]),
  );
}
