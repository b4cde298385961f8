import { and, eq, lt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Booking, Sink } from '../book/index.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { Copies } from '../platform/book-sink.ts';
import type { Database } from '../platform/database.ts';
import { createLimiter, type LimiterNamespace } from '../platform/limiter.ts';
import { newTally } from '../platform/meter.ts';
import { holdsOf } from './hold-limit.ts';
import { booking } from './tables.ts';

type Told = { readonly epoch: number; readonly booking: Booking };

/** What D1 keeps of a book's bookings. */
export const bookingCopies = {
  booking: keepCopy,
  no_other_booking: (db, { propertyId, epoch }: { propertyId: string; epoch: number }) => [
    db.delete(booking).where(and(eq(booking.propertyId, propertyId), lt(booking.epoch, epoch))),
  ],
} satisfies Copies;

function keepCopy(db: Database, { epoch, booking: value }: Told): BatchItem<'sqlite'>[] {
  const { id, hostId, guestId, status, stay, version, createdAt } = value;
  const row = {
    propertyId: propertyIdOf(id),
    hostId,
    guestId,
    status,
    ...stay,
    epoch,
    version,
    value,
    createdAt,
  };
  return [
    db
      .insert(booking)
      .values({ id, ...row })
      .onConflictDoUpdate({
        target: booking.id,
        set: row,
        setWhere: sql`(${epoch}, ${version}) >= (${booking.epoch}, ${booking.version})`,
      }),
  ];
}

/**
 * Whatever became of an unpaid booking, its guest may hold another. A hold ends by itself, so one that can't be
 * given back now is late by minutes, and holds up nothing.
 */
export function releaseHolds(sink: Sink, namespace: LimiterNamespace): Sink {
  const limiter = createLimiter(namespace, newTally());
  return {
    async send(rows) {
      const told = rows.flatMap(({ kind, body }) => (kind === 'booking' ? [JSON.parse(body) as Told] : []));
      const settled = told.filter(({ booking: { awaiting } }) => awaiting !== 'payment');
      const release = settled.map(({ booking: { guestId, id } }) => limiter.release(holdsOf(guestId), id));
      const [outcome] = await Promise.all([sink.send(rows), Promise.allSettled(release)]);
      return outcome;
    },
  };
}
