import { and, desc, eq, sql } from 'drizzle-orm';
import { requireUser } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { toPage, writeCursor } from '../../kernel/page.ts';
import { readPosition } from '../../platform/position.ts';
import type { PageQuery } from './schemas.ts';
import { savedSearch } from './tables.ts';
import { shownColumns, toSavedSearch } from './to-saved-search.ts';

export async function listSavedSearches(ctx: Context, { limit, cursor }: PageQuery) {
  const { accountId } = requireUser(ctx, 'profile');

  const list = `saved-searches ${accountId}`;
  const after = readPosition(ctx.keyring, list, cursor);
  const rows = await ctx.db
    .select(shownColumns)
    .from(savedSearch)
    .where(
      and(
        eq(savedSearch.accountId, accountId),
        after && sql`(${savedSearch.createdAt}, ${savedSearch.id}) < (${after[0]}, ${after[1]})`,
      ),
    )
    .orderBy(desc(savedSearch.createdAt), desc(savedSearch.id))
    .limit(limit + 1);

  return toPage(rows, limit, toSavedSearch, (row) => writeCursor(ctx.keyring, list, [row.createdAt, row.id]));
}
