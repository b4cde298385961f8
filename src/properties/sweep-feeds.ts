import { and, asc, inArray, lte, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { SECOND } from '../kernel/clock.ts';
import { commitReading } from '../platform/commit.ts';
import type { Database } from '../platform/database.ts';
import { outbox } from '../platform/tables.ts';
import { SYNC_EVERY_MS, visitOf } from './feed-rules.ts';
import { feed } from './tables.ts';

/** With the rest of the statement's parameters no more than the 100 that D1 takes. */
const LIMIT = 90;
/** Of a run. What is then still due has waited least, and is the first of the next run. */
const MAX_BATCHES = 20;
const DRAIN_HEAD_START_MS = 30 * SECOND;

/**
 * Sends the visits that are due, those that have waited longest first. A message is written only beside the
 * row that it moves on, so that of two sweeps that overlap one sends it.
 */
export async function sweepFeeds(ctx: Context): Promise<number> {
  const now = ctx.clock.now();
  let sent = 0;
  for (let batch = 1; batch <= MAX_BATCHES; batch++) {
    const { found, mine } = await sendDue(ctx, now);
    sent += mine;
    if (found < LIMIT) break;
  }
  return sent;
}

async function sendDue(ctx: Context, now: number): Promise<{ found: number; mine: number }> {
  const due = await ctx.db
    .select({ feedId: feed.id, propertyId: feed.propertyId })
    .from(feed)
    .where(lte(feed.nextSyncAt, now))
    .orderBy(asc(feed.nextSyncAt))
    .limit(LIMIT);
  if (due.length === 0) return { found: 0, mine: 0 };

  const visits = due.map((one) => visitOf(one, now));
  const messages = JSON.stringify(visits.map(({ message }) => message));
  const ids = due.map(({ feedId }) => feedId);
  const moved = await commitReading(ctx, {
    writes: (db) => [insertVisits(db, messages, now)],
    audit: [],
    read: (db) =>
      db
        .update(feed)
        .set({ askedAt: now, nextSyncAt: now + SYNC_EVERY_MS })
        .where(and(inArray(feed.id, ids), lte(feed.nextSyncAt, now)))
        .returning({ id: feed.id }),
  });
  const sent = new Set(moved.map(({ id }) => id));
  const mine = visits.filter(({ message }) => sent.has(String(message.feedId)));
  if (mine.length > 0) ctx.defer(ctx.drain(mine));
  return { found: due.length, mine: mine.length };
}

/** For exactly the feeds that are still due when this is written. */
const insertVisits = (db: Database, messages: string, now: number) =>
  db.insert(outbox).select(
    sql`SELECT message.value ->> 'id', 'jobs', message.value, 0, ${now + DRAIN_HEAD_START_MS}
      FROM json_each(${messages}) AS message
      JOIN ${feed} ON ${feed.id} = message.value ->> 'feedId'
      WHERE ${feed.nextSyncAt} <= ${now}`,
  );
