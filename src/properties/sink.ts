import { sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { BookAudit, Sink, Snapshot } from '../book/index.ts';
import { Fault } from '../kernel/errors.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { newTally } from '../platform/meter.ts';
import { audit } from '../platform/tables.ts';
import { coHost, listing } from './tables.ts';

/**
 * Where a book's outbox goes: D1, in one batch. Every statement may run twice, and an older copy never
 * replaces a later one; of equal versions the one that comes replaces the one that is there, so that a
 * row which went wrong can be mended.
 */
export function createSink(binding: D1Database): Sink {
  const db = openDatabase(binding, newTally());
  return {
    async send(rows) {
      try {
        const batch = rows.flatMap(({ kind, body }) => statementsOf(db, kind, JSON.parse(body)));
        const [first, ...rest] = batch;
        if (first) await db.batch([first, ...rest]);
        return 'done';
      } catch (error) {
        return error instanceof Fault ? 'later' : 'never';
      }
    },
  };
}

function statementsOf(db: Database, kind: string, body: unknown): BatchItem<'sqlite'>[] {
  switch (kind) {
    case 'projection':
      return project(db, body as Snapshot);
    case 'audit':
      return [keepAudit(db, body as BookAudit)];
    default:
      throw new Error(`Nobody takes ${kind} from a book`);
  }
}

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

const keepAudit = (db: Database, { data, ...entry }: BookAudit): BatchItem<'sqlite'> =>
  db
    .insert(audit)
    .values({ ...entry, data: JSON.stringify(data), reason: null })
    .onConflictDoNothing({ target: audit.id });
