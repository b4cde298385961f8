import { and, asc, eq, getTableColumns, gt } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { type Page, toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import type { Feed } from './feed-schemas.ts';
import { selectSide, sideToLookFrom } from './require-host-side.ts';
import type { PageQuery } from './schemas.ts';
import { feed } from './tables.ts';
import { toFeed } from './to-feed.ts';

type Input = z.infer<typeof PageQuery> & { propertyId: string };

export async function listFeeds(
  ctx: Context,
  { propertyId, limit, cursor }: Input,
): Promise<Page<z.infer<typeof Feed>>> {
  const { accountId } = requireUser(ctx, 'properties:read');

  const list = `feeds ${propertyId} ${accountId}`;
  const after = readPosition(ctx.keyring, list, cursor);
  const [found, rows] = await ctx.db.batch([
    selectSide(ctx, propertyId),
    ctx.db
      .select(getTableColumns(feed))
      .from(feed)
      .where(and(eq(feed.propertyId, propertyId), after && gt(feed.id, String(after[0]))))
      .orderBy(asc(feed.id))
      .limit(limit + 1),
  ]);
  sideToLookFrom(ctx, found, 'calendar');

  return toPage(
    rows,
    limit,
    (row) => toFeed(row, ctx),
    (row) => writeCursor(ctx.keyring, list, [row.id]),
  );
}
