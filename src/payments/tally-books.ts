import { and, count, gt, lte, sql } from 'drizzle-orm';
import { ledgerDigest, NOTHING_TALLIED, type Tallies } from '../book/index.ts';
import { tallyBookings } from '../bookings/index.ts';
import type { Context } from '../context.ts';
import type { Database } from '../platform/database.ts';
import { ledgerEntry } from './tables.ts';

const DIGEST = ledgerDigest('at', (account) => `lines ->> '${account}'`);

/** What D1 has of the bookings and the ledgers of some properties, to be compared with their books. In one trip. */
export async function tallyBooks(
  { db }: Pick<Context, 'db'>,
  after: string,
  last: string,
): Promise<Map<string, Tallies>> {
  const ledgers = db
    .select({
      propertyId: ledgerEntry.propertyId,
      count: count(),
      digest: sql<number>`${sql.raw(DIGEST)}`,
    })
    .from(ledgerEntry)
    .where(and(gt(ledgerEntry.propertyId, after), lte(ledgerEntry.propertyId, last)))
    .groupBy(ledgerEntry.propertyId);
  const [bookings, entries] = await (db as Database).batch([tallyBookings(db, after, last), ledgers]);

  const tallies = new Map<string, Tallies>();
  for (const { propertyId, ...tally } of bookings)
    tallies.set(propertyId, { ...NOTHING_TALLIED, bookings: tally });
  for (const { propertyId, ...tally } of entries)
    tallies.set(propertyId, { ...(tallies.get(propertyId) ?? NOTHING_TALLIED), entries: tally });
  return tallies;
}
