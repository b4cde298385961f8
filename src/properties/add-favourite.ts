import { sql } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { PropertyNotFound, TooManyFavourites } from './errors.ts';
import { findPropertyToChange } from './queries.ts';
import { favourite } from './tables.ts';
import { audienceOf } from './to-property.ts';

const MAX_FAVOURITES = 1_000;

/** What somebody likes is no event of the audit trail, which outlives the liking by years. */
export async function addFavourite(ctx: Context, { propertyId }: { propertyId: string }): Promise<void> {
  const { accountId } = requireUser(ctx, 'profile');

  const row = await findPropertyToChange(ctx, propertyId);
  if (!row || audienceOf(row, ctx) === null) throw PropertyNotFound();

  const mine = sql`${favourite} WHERE ${favourite.accountId} = ${accountId}`;
  const isRoom = sql`(SELECT count(*) FROM ${mine}) < ${MAX_FAVOURITES}
    OR EXISTS (SELECT 1 FROM ${mine} AND ${favourite.propertyId} = ${propertyId})`;
  await commit(ctx, {
    writes: (db) => [
      must(
        db
          .insert(favourite)
          .select(sql`SELECT ${accountId}, ${propertyId}, ${ctx.clock.now()} WHERE ${isRoom}`)
          .onConflictDoUpdate({
            target: [favourite.accountId, favourite.propertyId],
            set: { createdAt: sql`${favourite.createdAt}` },
          }),
      ),
    ],
    audit: [],
    whenMoved: TooManyFavourites,
    result: undefined,
  });
}
