import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askBook } from './ask-book.ts';

/** Somebody who is no co-host stays none. */
export async function removeCoHost(
  ctx: Context,
  { propertyId, userId }: { propertyId: string; userId: string },
): Promise<void> {
  requireUser(ctx, 'properties:write');
  await requireStanding(ctx);

  await askBook(ctx, propertyId, (book, call) =>
    book.changeCoHost(call, { accountId: userId, access: null }),
  );
}
