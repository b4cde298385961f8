import { sql } from 'drizzle-orm';
import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import type { Database } from '../platform/database.ts';
import { FeedKnown, TooManyFeeds } from './errors.ts';
import { MAX_FEEDS, SYNC_EVERY_MS, visitOf } from './feed-rules.ts';
import type { AddFeedBody } from './feed-schemas.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { feed } from './tables.ts';
import { type FeedRow, sealUrl } from './to-feed.ts';

type Input = z.infer<typeof AddFeedBody> & { propertyId: string };

export async function addFeed(ctx: Context, { propertyId, url, name }: Input): Promise<FeedRow> {
  requireUser(ctx, 'properties:write');

  const address = ctx.foreign.checkUrl(url, '/url');
  address.hash = '';
  const [standing, found] = await ctx.db.batch([askStanding(ctx), selectSide(ctx, propertyId)]);
  heedStanding(standing);
  requireSide(ctx, found, 'calendar');

  const now = ctx.clock.now();
  const id = newId('fdb', now);
  const row: FeedRow = {
    id,
    propertyId,
    name,
    url: sealUrl(ctx.keyring, id, address),
    urlDigest: ctx.keyring.mac('feed', address.href),
    etag: null,
    problem: null,
    failures: 0,
    blockCount: 0,
    conflicts: [],
    askedAt: now,
    syncedAt: null,
    nextSyncAt: now + SYNC_EVERY_MS,
    createdAt: now,
  };
  return commit(ctx, {
    writes: (db) => [must(insertIfRoom(db, row))],
    audit: [{ action: 'property.feed_added', subject: id, data: { propertyId } }],
    outbox: [visitOf({ propertyId, feedId: id }, now)],
    whenMoved: TooManyFeeds,
    whenTaken: { 'feed.property_id': FeedKnown },
    result: row,
  });
}

function insertIfRoom(db: Database, { propertyId, conflicts, ...row }: FeedRow) {
  const before = [row.id, propertyId, row.name, row.url, row.urlDigest, row.etag, row.problem];
  const counts = [row.failures, row.blockCount, JSON.stringify(conflicts)];
  const moments = [row.askedAt, row.syncedAt, row.nextSyncAt, row.createdAt];
  const all = [...before, ...counts, ...moments].map((value) => sql`${value}`);
  const taken = sql`(SELECT count(*) FROM ${feed} WHERE ${feed.propertyId} = ${propertyId})`;
  return db.insert(feed).select(sql`SELECT ${sql.join(all, sql`, `)} WHERE ${taken} < ${MAX_FEEDS}`);
}
