import { and, count, gt, lte, sql } from 'drizzle-orm';
import { BOOKING_DIGEST } from '../book/index.ts';
import type { Reader } from '../platform/database.ts';
import { booking } from './tables.ts';

/** What D1 has of the bookings of some properties, to be compared with their books. */
export const tallyBookings = (db: Reader, after: string, last: string) =>
  db
    .select({
      propertyId: booking.propertyId,
      count: count(),
      digest: sql<number>`${sql.raw(BOOKING_DIGEST)}`,
    })
    .from(booking)
    .where(and(gt(booking.propertyId, after), lte(booking.propertyId, last)))
    .groupBy(booking.propertyId);
