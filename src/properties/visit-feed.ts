import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { ImportedBlock } from '../book/index.ts';
import type { Context } from '../context.ts';
import { SECOND } from '../kernel/clock.ts';
import { Refusal } from '../kernel/errors.ts';
import { z } from '../kernel/zod.ts';
import { nightAt } from '../kernel/zone.ts';
import { commitReading } from '../platform/commit.ts';
import { askBook } from './ask-book.ts';
import { MAX_WAIT_MS, mayBeUnchanged, problemOf, SYNC_EVERY_MS, waitAfter } from './feed-rules.ts';
import { freeFeedNights } from './free-feed-nights.ts';
import { importCalendar, MAX_CALENDAR_BYTES } from './ical/index.ts';
import { feed, listing, property } from './tables.ts';
import { type FeedRow, openUrl } from './to-feed.ts';

const VISIT = {
  accept: 'text/calendar, text/plain;q=0.5, */*;q=0.1',
  maxBytes: MAX_CALENDAR_BYTES,
  timeoutMs: 10 * SECOND,
  maxRedirects: 3,
};

const VisitFeed = z.object({ kind: z.literal('visit_feed'), propertyId: z.string(), feedId: z.string() });
type Known = FeedRow & { readonly zone: string; readonly status: string | null };

/**
 * Reads another platform's calendar and takes its nights here. Whatever goes wrong is written beside the
 * feed for the host to see, and what the last good visit took stays taken.
 */
export async function visitFeed(ctx: Context, message: unknown): Promise<void> {
  const { propertyId, feedId } = VisitFeed.parse(message);
  const [row] = await ctx.db
    .select({ ...getTableColumns(feed), zone: property.timeZone, status: listing.status })
    .from(feed)
    .innerJoin(property, eq(property.id, feed.propertyId))
    .leftJoin(listing, eq(listing.propertyId, feed.propertyId))
    .where(eq(feed.id, feedId));
  const isThere = row !== undefined && (await visit(ctx, row));
  if (!isThere) await freeFeedNights(ctx, { propertyId, feedId });
}

/** False when the feed was removed meanwhile: then nothing may be left of it. */
async function visit(ctx: Context, row: Known): Promise<boolean> {
  const now = ctx.clock.now();
  if (row.status === 'archived') return note(ctx, row, { nextSyncAt: now + MAX_WAIT_MS });

  const read = await readFeed(ctx, row);
  if ('problem' in read) {
    const failures = row.failures + 1;
    return note(ctx, row, { problem: read.problem, failures, nextSyncAt: now + waitAfter(failures) });
  }
  const good = { problem: null, failures: 0, syncedAt: now, nextSyncAt: now + SYNC_EVERY_MS };
  if (read.blocks === null) return note(ctx, row, good);

  const set = { feedId: row.id, blocks: read.blocks };
  const { value: conflicts } = await askBook(ctx, row.propertyId, (book, call) =>
    book.importBlocks(call, set),
  );
  // Of two visits at once nobody knows which file came in last, so the next one reads it whole.
  const etag = sql`CASE WHEN ${feed.syncedAt} IS ${row.syncedAt} THEN ${read.etag} END`;
  return note(ctx, row, { ...good, etag, blockCount: read.blocks.length, conflicts });
}

type Read =
  | { readonly problem: string }
  /** Null when the file is the one that was read last. */
  | { readonly blocks: readonly ImportedBlock[] | null; readonly etag: string | null };

async function readFeed(ctx: Context, row: Known): Promise<Read> {
  const { zone, etag } = row;
  const url = openUrl(ctx.keyring, row);
  if (url === null) return { problem: 'feeds.address_lost' };
  const today = nightAt(ctx.clock.now(), zone).night;
  const isKnown = etag !== null && mayBeUnchanged(row.syncedAt, today, zone);

  const answer = await ctx.foreign.fetchForeign(url, {
    ...VISIT,
    headers: isKnown ? { 'if-none-match': etag } : {},
  });
  if (!answer.ok) return { problem: problemOf(answer) };
  if (answer.status === 304) return isKnown ? { blocks: null, etag } : { problem: 'feeds.status_304' };
  try {
    return { blocks: importCalendar(answer.body, { today, zone }).blocks, etag: answer.headers.etag };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.type.code };
    throw error;
  }
}

type Notes = Partial<Omit<FeedRow, 'etag'>> & { readonly etag?: SQL };

async function note(ctx: Context, { id }: FeedRow, notes: Notes): Promise<boolean> {
  const rows = await commitReading(ctx, {
    writes: () => [],
    audit: [],
    read: (db) => db.update(feed).set(notes).where(eq(feed.id, id)).returning({ id: feed.id }),
  });
  return rows.length > 0;
}
