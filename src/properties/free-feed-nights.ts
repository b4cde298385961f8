import type { Context } from '../context.ts';
import { z } from '../kernel/zod.ts';
import { askBook } from './ask-book.ts';

/** What a feed took is free again. Done twice, it is the same. */
export async function freeFeedNights(
  ctx: Context,
  { propertyId, feedId }: { propertyId: string; feedId: string },
): Promise<void> {
  await askBook(ctx, propertyId, (book, call) => book.importBlocks(call, { feedId, blocks: [] }));
}

const DropFeed = z.object({ kind: z.literal('drop_feed'), propertyId: z.string(), feedId: z.string() });

export const dropFeed = (ctx: Context, message: unknown): Promise<void> =>
  freeFeedNights(ctx, DropFeed.parse(message));
