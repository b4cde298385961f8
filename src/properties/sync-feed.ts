import { and, eq, getTableColumns, lte } from 'drizzle-orm';
import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { SECOND } from '../kernel/clock.ts';
import { Refusal } from '../kernel/errors.ts';
import { commit, must } from '../platform/commit.ts';
import { RateLimited, StateMoved } from '../platform/errors.ts';
import { FeedNotFound } from './errors.ts';
import { SYNC_AT_MOST_EVERY_MS, SYNC_EVERY_MS, visitOf } from './feed-rules.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { feed } from './tables.ts';
import type { FeedRow } from './to-feed.ts';

type Input = { propertyId: string; feedId: string };

export async function syncFeed(ctx: Context, { propertyId, feedId }: Input): Promise<FeedRow> {
  requireUser(ctx, 'properties:write');

  const own = and(eq(feed.propertyId, propertyId), eq(feed.id, feedId));
  const [standing, found, [row]] = await ctx.db.batch([
    askStanding(ctx),
    selectSide(ctx, propertyId),
    ctx.db.select(getTableColumns(feed)).from(feed).where(own),
  ]);
  heedStanding(standing);
  requireSide(ctx, found, 'calendar');
  if (!row) throw FeedNotFound();
  const now = ctx.clock.now();
  if (row.askedAt > now - SYNC_AT_MOST_EVERY_MS) throw tooSoon(row.askedAt, now);

  const asked = { askedAt: now, nextSyncAt: now + SYNC_EVERY_MS };
  try {
    return await commit(ctx, {
      writes: (db) => [
        must(
          db
            .update(feed)
            .set(asked)
            .where(and(own, lte(feed.askedAt, now - SYNC_AT_MOST_EVERY_MS))),
        ),
      ],
      audit: [{ action: 'property.feed_synced', subject: feedId, data: { propertyId } }],
      outbox: [visitOf({ propertyId, feedId }, now)],
      result: { ...row, ...asked },
    });
  } catch (error) {
    throw error instanceof Refusal && error.type === StateMoved ? tooSoon(now, now) : error;
  }
}

const tooSoon = (askedAt: number, now: number) =>
  RateLimited({ retryAfterSeconds: Math.ceil((askedAt + SYNC_AT_MOST_EVERY_MS - now) / SECOND) });
