import type { Context } from '../context.ts';
import { z } from '../kernel/zod.ts';
import { dropFeed } from './free-feed-nights.ts';
import { dropPicture } from './store-picture.ts';
import { tellBook } from './tell-book.ts';
import { visitFeed } from './visit-feed.ts';

const TellBook = z.object({ kind: z.literal('tell_book'), propertyId: z.string() });

/** What this room does by the queue, by the message's kind. Each can be done twice. */
export const propertyJobs: Readonly<Record<string, (ctx: Context, message: unknown) => Promise<void>>> = {
  visit_feed: visitFeed,
  drop_feed: dropFeed,
  drop_picture: dropPicture,
  async tell_book(ctx, message) {
    await tellBook(ctx, TellBook.parse(message).propertyId);
  },
};
