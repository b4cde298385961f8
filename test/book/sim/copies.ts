import type { Seen } from '../../../src/book/compare.ts';
import { BOOKING_DIGEST, ledgerDigest, type Tallies } from '../../../src/book/index.ts';
import type { Snapshot } from '../../../src/book/outbox/snapshot.ts';
import type { Booking } from '../../../src/book/stays/booking.ts';
import { bookingCopies } from '../../../src/bookings/sink.ts';
import { moneyCopies } from '../../../src/payments/sink.ts';
import { createSink } from '../../../src/platform/book-sink.ts';
import { propertyCopies } from '../../../src/properties/sink.ts';
import type { openD1 } from './d1.ts';

/** D1 as the book's outbox fills it. */
type D1 = ReturnType<typeof openD1>;
export const openCopies = (d1: D1) =>
  createSink(d1.binding, { ...propertyCopies, ...bookingCopies, ...moneyCopies });

export const bookingsIn = (d1: D1): Map<string, Booking> =>
  new Map(
    d1.all('SELECT id, value FROM booking').map((row) => [String(row.id), JSON.parse(String(row.value))]),
  );

export function listingIn(d1: D1, propertyId: string): Snapshot | null {
  const [row] = d1.all('SELECT * FROM listing WHERE property_id = ?', propertyId);
  if (!row) return null;
  const helpers = d1.all('SELECT account_id, access FROM co_host WHERE property_id = ?', propertyId);
  return {
    propertyId: row.property_id,
    epoch: row.epoch,
    version: row.version,
    status: row.status,
    currency: row.currency,
    nightly: row.nightly,
    bookingMode: row.booking_mode,
    cancellationPolicy: row.cancellation_policy,
    contentVersion: row.content_version,
    calendarKey: row.calendar_key,
    coHosts: Object.fromEntries(helpers.map(({ account_id, access }) => [account_id, access])),
  } as Snapshot;
}

/** What the sweep tells a book of D1. */
export function seenIn(d1: D1, propertyId: string): Seen {
  const tally = (digest: string, table: string) => {
    const query = `SELECT count(*) AS count, ${digest} AS digest FROM ${table} WHERE property_id = ?`;
    return { ...d1.all(query, propertyId)[0] } as Tallies['bookings'];
  };
  const entries = ledgerDigest('at', (account) => `lines ->> '${account}'`);
  const tallies = { bookings: tally(BOOKING_DIGEST, 'booking'), entries: tally(entries, 'ledger_entry') };
  return { snapshot: listingIn(d1, propertyId), tallies };
}
