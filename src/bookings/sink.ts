import { and, eq, lt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Booking, Sink } from '../book/index.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { Copies } from '../platform/book-sink.ts';
import type { Database } from '../platform/database.ts';
import { keepRows } from '../platform/keep-rows.ts';
import { createLimiter, type LimiterNamespace } from '../platform/limiter.ts';
import { newTally } from '../platform/meter.ts';
import { holdsOf, lapsedUntil } from './hold-limit.ts';
import { booking } from './tables.ts';

type Told = { readonly epoch: number; readonly booking: Booking };

/** What D1 keeps of a book's bookings. */
export const bookingCopies = {
  booking: keepCopies,
  no_other_booking: (db, lasts: readonly { propertyId: string; epoch: number }[]) =>
    lasts.map(({ propertyId, epoch }) =>
      db.delete(booking).where(and(eq(booking.propertyId, propertyId), lt(booking.epoch, epoch))),
    ),
} satisfies Copies;

function keepCopies(db: Database, told: readonly Told[]): BatchItem<'sqlite'>[] {
  const rows = told.map(({ epoch, booking: value }) => {
    const { id, hostId, guestId, status, version, createdAt } = value;
    const whose = { id, propertyId: propertyIdOf(id), hostId, guestId };
    return { ...whose, status, ...value.stay, epoch, version, value: JSON.stringify(value), createdAt };
  });
  const setWhere = sql`(excluded.epoch, excluded.version) >= (${booking.epoch}, ${booking.version})`;
  return keepRows(db, booking, rows, { target: booking.id, setWhere });
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
      const release = settled.map(({ booking }) =>
        limiter.release(holdsOf(booking.guestId), booking.id, lapsedUntil(booking)),
      );
      const [outcome] = await Promise.all([sink.send(rows), Promise.allSettled(release)]);
      return outcome;
    },
  };
}
