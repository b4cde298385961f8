import { sql } from 'drizzle-orm';
import { requireUser } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { newId } from '../../kernel/ids.ts';
import type { z } from '../../kernel/zod.ts';
import { commit, must } from '../../platform/commit.ts';
import { readQuery } from '../read-query.ts';
import { TooManySavedSearches } from './errors.ts';
import { look } from './look.ts';
import { isOver, LOOK_EVERY_MS, MAX_SAVED_SEARCHES, type Seen } from './rules.ts';
import type { SavedSearch, SaveSearchBody } from './schemas.ts';
import { savedSearch } from './tables.ts';
import { toSavedSearch } from './to-saved-search.ts';

const NOTHING: Seen = { ids: [], end: null };

/** What is there already is no news, so the first look is now. Whoever waits for it waits for one page. */
export async function saveSearch(
  ctx: Context,
  { name, query }: z.infer<typeof SaveSearchBody>,
): Promise<SavedSearch> {
  const { accountId } = requireUser(ctx, 'profile');

  const asked = readQuery(query, { in: 'body', under: '/query' });

  const now = ctx.clock.now();
  const over = isOver(asked, now);
  const { seen } = over ? { seen: NOTHING } : await look(ctx, asked, 1);

  const row = {
    ...{ id: newId('sav', now), name, query, createdAt: now, toldAt: null },
    state: over ? ('over' as const) : ('watching' as const),
  };
  const mine = sql`${savedSearch} WHERE ${savedSearch.accountId} = ${accountId}`;
  // All of an account are looked at together, so that it gets one mail.
  const lookAt = over
    ? null
    : sql`coalesce((SELECT min(${savedSearch.lookAt}) FROM ${mine}), ${now + LOOK_EVERY_MS})`;
  return commit(ctx, {
    writes: (db) => [
      must(
        db.insert(savedSearch).select(
          sql`SELECT ${row.id}, ${accountId}, ${name}, ${JSON.stringify(query)}, ${JSON.stringify(seen)},
            ${row.state}, ${now}, ${lookAt}, NULL
          WHERE (SELECT count(*) FROM ${mine}) < ${MAX_SAVED_SEARCHES}`,
        ),
      ),
    ],
    audit: [],
    whenMoved: TooManySavedSearches,
    result: toSavedSearch(row),
  });
}
