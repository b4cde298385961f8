import { and, eq } from 'drizzle-orm';
import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { FeedNotFound } from './errors.ts';
import { dropOf } from './feed-rules.ts';
import { freeFeedNights } from './free-feed-nights.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { feed } from './tables.ts';

type Input = { propertyId: string; feedId: string };

/** Its nights are free again at once; the message sees to it if this request dies first. */
export async function removeFeed(ctx: Context, { propertyId, feedId }: Input): Promise<void> {
  requireUser(ctx, 'properties:write');

  const [standing, found] = await ctx.db.batch([askStanding(ctx), selectSide(ctx, propertyId)]);
  heedStanding(standing);
  requireSide(ctx, found, 'calendar');

  await commit(ctx, {
    writes: (db) => [must(db.delete(feed).where(and(eq(feed.propertyId, propertyId), eq(feed.id, feedId))))],
    audit: [{ action: 'property.feed_removed', subject: feedId, data: { propertyId } }],
    outbox: [dropOf({ propertyId, feedId }, ctx.clock.now())],
    whenMoved: FeedNotFound,
    result: undefined,
  });
  try {
    await freeFeedNights(ctx, { propertyId, feedId });
  } catch (error) {
    ctx.log.warn('feed.nights_not_freed', { feedId, error });
  }
}
