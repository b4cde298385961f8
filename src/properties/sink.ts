import { sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { BookAudit, Snapshot } from '../book/index.ts';
import type { Copies } from '../platform/book-sink.ts';
import type { Database } from '../platform/database.ts';
import { audit } from '../platform/tables.ts';
import { coHost, listing } from './tables.ts';

/** What D1 keeps of a book beside its bookings. */
export const propertyCopies = {
  projection: (db, snapshots: readonly Snapshot[]) => snapshots.flatMap((snapshot) => project(db, snapshot)),
  audit: (db, entries: readonly BookAudit[]) => entries.flatMap((entry) => keepAudit(db, entry)),
} satisfies Copies;

function project(db: Database, { coHosts, ...row }: Snapshot): BatchItem<'sqlite'>[] {
  const isNewest = sql`(SELECT (epoch, version) = (${row.epoch}, ${row.version}) FROM listing
    WHERE property_id = ${row.propertyId})`;
  const helpers = JSON.stringify(Object.entries(coHosts));
  return [
    db
      .insert(listing)
      .values(row)
      .onConflictDoUpdate({
        target: listing.propertyId,
        set: row,
        setWhere: sql`(${row.epoch}, ${row.version}) >= (${listing.epoch}, ${listing.version})`,
      }),
    db.delete(coHost).where(sql`${coHost.propertyId} = ${row.propertyId} AND ${isNewest}`),
    db
      .insert(coHost)
      .select(
        sql`SELECT ${row.propertyId}, value ->> 0, value ->> 1 FROM json_each(${helpers}) WHERE ${isNewest}`,
      ),
  ];
}

function keepAudit(db: Database, { data, ...entry }: BookAudit): BatchItem<'sqlite'>[] {
  const row = { ...entry, data: JSON.stringify(data), reason: null };
  return [db.insert(audit).values(row).onConflictDoNothing({ target: audit.id })];
}
