import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { askBook } from './ask-book.ts';
import { publicPageKey } from './public-page.ts';

export async function archiveProperty(ctx: Context, { propertyId }: { propertyId: string }): Promise<void> {
  requireUser(ctx, 'properties:write');
  await requireStanding(ctx);

  await askBook(ctx, propertyId, (book, call) => book.changeStatus(call, { to: 'archived' }));
  forgetPublic(ctx, publicPageKey(propertyId));
}
