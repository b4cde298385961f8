import { and, count, gt, lte, sql } from 'drizzle-orm';
import { BOOKING_DIGEST, type BookingTally } from '../book/index.ts';
import type { Context } from '../context.ts';
import { booking } from './tables.ts';

/** What D1 has of the bookings of some properties, to be compared with their books. */
export async function tallyBookings(
  { db }: Pick<Context, 'db'>,
  after: string,
  last: string,
): Promise<Map<string, BookingTally>> {
  const rows = await db
    .select({
      propertyId: booking.propertyId,
      count: count(),
      digest: sql<number>`${sql.raw(BOOKING_DIGEST)}`,
    })
    .from(booking)
    .where(and(gt(booking.propertyId, after), lte(booking.propertyId, last)))
    .groupBy(booking.propertyId);
  return new Map(rows.map(({ propertyId, ...tally }) => [propertyId, tally]));
}
