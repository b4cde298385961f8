import { desc, type SQL, sql } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import { coHost } from '../properties/index.ts';
import type { BookingsQuery } from './schemas.ts';
import { booking } from './tables.ts';
import { toBooking } from './to-booking.ts';

type Filters = Omit<z.infer<typeof BookingsQuery>, 'limit' | 'cursor'>;

/** The caller's own stays, or those at the places that the caller lets or helps with, newest first. */
export async function listBookings(
  ctx: Context,
  { limit, cursor, ...filters }: z.infer<typeof BookingsQuery>,
) {
  const { accountId } = requireUser(ctx, 'bookings:read');

  const { role, status, propertyId, from, to } = filters;
  const list = `bookings ${JSON.stringify([accountId, role, status, propertyId, from, to])}`;
  const before = readPosition(ctx.keyring, list, cursor);
  const wanted = allOf([
    ...filtersOf(filters),
    before && sql`(${booking.createdAt}, ${booking.id}) < (${before[0]}, ${before[1]})`,
  ]);
  // Each source stops at the page's end by its own index, so a page costs no more the more there is.
  const ids = (where: SQL) => sql`SELECT ${booking.id} FROM ${booking} WHERE ${where} AND ${wanted}
    ORDER BY ${booking.createdAt} DESC, ${booking.id} DESC LIMIT ${limit + 1}`;
  const rows = await ctx.db
    .select({ id: booking.id, createdAt: booking.createdAt, value: booking.value })
    .from(booking)
    .where(role === 'guest' ? ofGuest(accountId, wanted) : ofHost(accountId, propertyId, ids))
    .orderBy(desc(booking.createdAt), desc(booking.id))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    ({ value }) => toBooking(value, accountId),
    (row) => writeCursor(ctx.keyring, list, [row.createdAt, row.id]),
  );
}

const ofGuest = (accountId: string, wanted: SQL) => sql`${booking.guestId} = ${accountId} AND ${wanted}`;

function ofHost(accountId: string, propertyId: string | undefined, ids: (where: SQL) => SQL): SQL {
  const helped = sql`SELECT ${coHost.propertyId} FROM ${coHost} WHERE ${coHost.accountId} = ${accountId}
    AND ${coHost.access} IN ('full', 'calendar')`;
  if (propertyId !== undefined) {
    return sql`${booking.id} IN (${ids(sql`${booking.propertyId} = ${propertyId}
      AND (${booking.hostId} = ${accountId} OR ${propertyId} IN (${helped}))`)})`;
  }
  const inOne = ids(sql`${booking.propertyId} = place.property_id`);
  return sql`${booking.id} IN (
    SELECT id FROM (${ids(sql`${booking.hostId} = ${accountId}`)})
    UNION SELECT one.id FROM (${helped}) AS place CROSS JOIN booking AS one ON one.id IN (${inOne}))`;
}

function filtersOf({ status, propertyId, from, to }: Filters): (SQL | undefined)[] {
  return [
    status && sql`${booking.status} = ${status}`,
    propertyId === undefined ? undefined : sql`${booking.propertyId} = ${propertyId}`,
    from && sql`${booking.checkOut} > ${from}`,
    to && sql`${booking.checkIn} <= ${to}`,
  ];
}

const allOf = (conditions: readonly (SQL | undefined)[]): SQL =>
  sql.join([sql`TRUE`, ...conditions.flatMap((condition) => condition ?? [])], sql` AND `);
