import { and, eq } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { commit } from '../platform/commit.ts';
import { favourite } from './tables.ts';

export async function removeFavourite(ctx: Context, { propertyId }: { propertyId: string }): Promise<void> {
  const { accountId } = requireUser(ctx, 'profile');

  await commit(ctx, {
    writes: (db) => [
      db
        .delete(favourite)
        .where(and(eq(favourite.accountId, accountId), eq(favourite.propertyId, propertyId))),
    ],
    audit: [],
    result: undefined,
  });
}
