import { and, eq } from 'drizzle-orm';
import { requireUser } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { commit, must } from '../../platform/commit.ts';
import { SavedSearchNotFound } from './errors.ts';
import { savedSearch } from './tables.ts';

type Input = { readonly savedSearchId: string };

export async function deleteSavedSearch(ctx: Context, { savedSearchId }: Input): Promise<void> {
  const { accountId } = requireUser(ctx, 'profile');

  const own = and(eq(savedSearch.id, savedSearchId), eq(savedSearch.accountId, accountId));
  await commit(ctx, {
    writes: (db) => [must(db.delete(savedSearch).where(own))],
    audit: [],
    whenMoved: SavedSearchNotFound,
    result: undefined,
  });
}
