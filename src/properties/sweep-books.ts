import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import { type CoHostAccess, NOTHING_TALLIED, type Snapshot, type Tallies } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { Database } from '../platform/database.ts';
import { coHost, listing, property, sweep } from './tables.ts';
import { callOf, tellBook } from './tell-book.ts';

/** How many books one run of the minute compares: each is a call. */
const MINUTE_BATCH = 50;
const AT_ONCE = 6;
const CURSOR = 'books';

/** What D1 counts of the properties after one and up to another; the room that keeps it says it. */
export type TallyBooks = (ctx: Context, after: string, last: string) => Promise<ReadonlyMap<string, Tallies>>;

/**
 * Compares what D1 has of some books with the books themselves, the next ones with each run, and begins
 * anew after the last. A book that D1 lags behind sends its copy again.
 */
export async function sweepBooks(ctx: Context, tally: TallyBooks): Promise<number> {
  const [at] = await ctx.db.select().from(sweep).where(eq(sweep.name, CURSOR));
  const { mended, last } = await compareFrom(ctx, tally, at?.cursor ?? '', MINUTE_BATCH);
  const cursor = last ?? '';
  await (ctx.db as Database)
    .insert(sweep)
    .values({ name: CURSOR, cursor })
    .onConflictDoUpdate({ target: sweep.name, set: { cursor } });
  return mended;
}

/** The books after one id, so many of them; `last` is null when there are no more. */
export async function compareFrom(ctx: Context, tally: TallyBooks, after: string, limit: number) {
  const rows = await ctx.db
    .select({ id: property.id, current: sql<number>`${property.version}`.as('current'), listing })
    .from(property)
    .leftJoin(listing, eq(listing.propertyId, property.id))
    .where(gt(property.id, after))
    .orderBy(asc(property.id))
    .limit(limit);
  const end = rows.at(-1)?.id ?? after;
  const helpers = await helpersOf(ctx, after, end);
  const tallies = await tally(ctx, after, end);

  let mended = 0;
  const waiting = [...rows];
  const work = async () => {
    for (let row = waiting.pop(); row; row = waiting.pop()) {
      const tallied = tallies.get(row.id) ?? NOTHING_TALLIED;
      if (await compareOne(ctx, row, helpers.get(row.id) ?? {}, tallied)) mended += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { checked: rows.length, mended, last: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
}

type Row = { id: string; current: number; listing: typeof listing.$inferSelect | null };

/** True when something was not as it should be. One book that does not answer holds up no other. */
async function compareOne(
  ctx: Context,
  row: Row,
  coHosts: Record<string, CoHostAccess>,
  tallies: Tallies,
): Promise<boolean> {
  try {
    const seen: Snapshot | null = row.listing && ({ ...row.listing, coHosts } as Snapshot);
    const isTold = row.listing?.contentVersion === row.current;
    if (!isTold) await tellBook(ctx, row.id);
    const answer = await ctx.books
      .of(row.id)
      .compare(callOf(ctx), { snapshot: isTold ? seen : null, tallies });
    const found = answer.ok ? answer.value : answer.refusal;
    if (found === 'equal') return false;
    if (found !== 'behind') ctx.log.warn('book.differed', { propertyId: row.id, found });
    return true;
  } catch (error) {
    ctx.log.warn('book.not_compared', { propertyId: row.id, error });
    return false;
  }
}

async function helpersOf(ctx: Context, after: string, last: string) {
  const rows = await ctx.db
    .select()
    .from(coHost)
    .where(and(gt(coHost.propertyId, after), lte(coHost.propertyId, last)));
  const byProperty = new Map<string, Record<string, CoHostAccess>>();
  for (const { propertyId, accountId, access } of rows) {
    byProperty.set(propertyId, { ...byProperty.get(propertyId), [accountId]: access });
  }
  return byProperty;
}
