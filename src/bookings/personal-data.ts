import { and, eq, inArray, or } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { Reader } from '../platform/database.ts';
import { askBook } from '../properties/index.ts';
import { booking } from './tables.ts';
import { toBooking } from './to-booking.ts';

/** What this room knows about a person: the stays that they booked, as they see them. */
export async function describeBookings(db: Reader, accountId: string) {
  const rows = await db
    .select({ value: booking.value })
    .from(booking)
    .where(eq(booking.guestId, accountId))
    .orderBy(booking.createdAt, booking.id);
  const bookings = rows.map(({ value }) => toBooking(value, accountId));
  return { bookings };
}

/** Somebody counts on each of these, on one side or the other. */
export async function openBookingBusiness({ db }: Pick<Context, 'db'>, accountId: string): Promise<string[]> {
  const open = await db
    .select({ id: booking.id })
    .from(booking)
    .where(
      and(
        or(eq(booking.guestId, accountId), eq(booking.hostId, accountId)),
        inArray(booking.status, ['pending', 'confirmed']),
      ),
    )
    .orderBy(booking.createdAt, booking.id);
  return open.map(({ id }) => `booking:${id}`);
}

/** What a guest wrote is in the books. Safe to run again from the start. */
export async function finishErasingBookings(ctx: Context, accountId: string): Promise<void> {
  const rows = await ctx.db
    .select({ propertyId: booking.propertyId })
    .from(booking)
    .where(eq(booking.guestId, accountId))
    .groupBy(booking.propertyId);
  for (const { propertyId } of rows) {
    await askBook(ctx, propertyId, (book, call) => book.forgetGuest(call, accountId));
  }
}
