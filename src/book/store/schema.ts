/**
 * The book's schema, as steps that are only ever added to: every book runs the steps that it has not run
 * yet when it wakes up, in one transaction.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL, version INTEGER NOT NULL);
   INSERT INTO head (only, epoch, version) VALUES (1, 1, 0);`,
  // What the book was told or is set to, each a document with a version of its own.
  `CREATE TABLE document (name TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL);
   CREATE TABLE night_override (night TEXT PRIMARY KEY, value TEXT NOT NULL);
   CREATE TABLE stay (booking_id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('booked', 'held')),
     check_in TEXT NOT NULL, check_out TEXT NOT NULL, expires_at INTEGER, CHECK (check_in < check_out));
   CREATE INDEX stay_in_order ON stay (check_in);
   CREATE TABLE import_block (feed_id TEXT NOT NULL, from_night TEXT NOT NULL, to_night TEXT NOT NULL,
     uid TEXT NOT NULL, PRIMARY KEY (feed_id, from_night), CHECK (from_night < to_night));
   CREATE INDEX import_block_in_order ON import_block (from_night);
   CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL,
     body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at INTEGER NOT NULL,
     parked INTEGER NOT NULL DEFAULT 0, UNIQUE (kind, subject));
   CREATE INDEX outbox_due ON outbox (parked, next_attempt_at);
   ALTER TABLE head ADD COLUMN calendar_version INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE head ADD COLUMN calendar_changed_at INTEGER NOT NULL DEFAULT 0;`,
  // No two stays share a night: the table itself refuses the second. Since those that are there never overlap,
  // the last one that begins before the new one ends is the only one that could.
  `DROP TABLE stay;
   CREATE TABLE stay (check_in TEXT PRIMARY KEY, check_out TEXT NOT NULL, booking_id TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('booked', 'held')), expires_at INTEGER, CHECK (check_in < check_out))
     WITHOUT ROWID;
   CREATE INDEX stay_by_booking ON stay (booking_id);
   CREATE TRIGGER stay_apart BEFORE INSERT ON stay
     WHEN (SELECT check_out FROM stay WHERE check_in < NEW.check_out ORDER BY check_in DESC LIMIT 1) > NEW.check_in
     BEGIN SELECT RAISE(ABORT, 'two stays in one night'); END;
   CREATE TRIGGER stay_fixed BEFORE UPDATE OF check_in, check_out ON stay
     BEGIN SELECT RAISE(ABORT, 'a stay comes and goes, and does not move'); END;
   CREATE TABLE booking (id TEXT PRIMARY KEY, guest_id TEXT NOT NULL, is_unpaid INTEGER NOT NULL,
     version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX booking_unpaid ON booking (guest_id) WHERE is_unpaid = 1;
   CREATE TABLE due (kind TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, subject))
     WITHOUT ROWID;
   CREATE INDEX due_in_order ON due (at);
   CREATE TABLE waiting (id TEXT PRIMARY KEY, guest_id TEXT NOT NULL, check_in TEXT NOT NULL, check_out TEXT NOT NULL,
     value TEXT NOT NULL, offered_until INTEGER) WITHOUT ROWID;
   CREATE TABLE promotion_use (booking_id TEXT PRIMARY KEY, code TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX promotion_use_by_code ON promotion_use (code);
   CREATE TABLE idempotency (scope TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, response TEXT NOT NULL,
     at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX idempotency_by_age ON idempotency (at);
   CREATE TABLE event (seq INTEGER PRIMARY KEY, type TEXT NOT NULL, at INTEGER NOT NULL, actor_kind TEXT NOT NULL,
     actor_id TEXT, data TEXT NOT NULL, previous TEXT);
   CREATE INDEX event_by_age ON event (at);
   ALTER TABLE head ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;`,
  `UPDATE document SET value = json_set(value, '$.calendarKey', 0) WHERE name = 'facts';`,
  // Money. Nobody writes over an entry of the ledger, or takes one away.
  `CREATE TABLE payment (id TEXT PRIMARY KEY, booking_id TEXT NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX payment_by_booking ON payment (booking_id);
   CREATE TABLE effect (id TEXT PRIMARY KEY, payment_id TEXT NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX effect_by_payment ON effect (payment_id);
   CREATE TABLE inbox (source TEXT NOT NULL, event_id TEXT NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (source, event_id)) WITHOUT ROWID;
   CREATE TABLE ledger (id TEXT PRIMARY KEY, booking_id TEXT NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX ledger_by_booking ON ledger (booking_id);
   CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
   CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END;
   UPDATE booking SET value = json_set(value, '$.paidBy', json('null'), '$.payment.disputed', 0);`,
  // Nobody asks in these orders, and every page that a booking touches is written twice.
  'DROP INDEX stay_by_booking; DROP INDEX event_by_age;',
  // Rows as long as these belong into a table with a rowid: in one without, every step of a search reads whole rows.
  `ALTER TABLE booking RENAME TO old_booking;
   CREATE TABLE booking (id TEXT PRIMARY KEY, guest_id TEXT NOT NULL, is_unpaid INTEGER NOT NULL,
     version INTEGER NOT NULL, value TEXT NOT NULL);
   INSERT INTO booking SELECT id, guest_id, is_unpaid, version, value FROM old_booking;
   DROP TABLE old_booking;
   CREATE INDEX booking_unpaid ON booking (guest_id) WHERE is_unpaid = 1;
   ALTER TABLE idempotency RENAME TO old_idempotency;
   CREATE TABLE idempotency (scope TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, response TEXT NOT NULL,
     at INTEGER NOT NULL);
   INSERT INTO idempotency SELECT scope, fingerprint, response, at FROM old_idempotency;
   DROP TABLE old_idempotency;
   CREATE INDEX idempotency_by_age ON idempotency (at);`,
  `CREATE TABLE payout (id TEXT PRIMARY KEY, booking_id TEXT NOT NULL, value TEXT NOT NULL);
   CREATE INDEX payout_by_booking ON payout (booking_id);`,
  // What is under way is asked for again when nothing is heard of it.
  `UPDATE effect SET value = json_set(value, '$.asks', 1, '$.isParked', json('false'));
   INSERT OR REPLACE INTO due (kind, subject, at)
     SELECT 'effect', payment_id, 0 FROM effect WHERE value ->> 'state' IN ('sent', 'pending');`,
];

/** Whether there ever was a book here. */
export const hasSchema = (storage: DurableObjectStorage): boolean =>
  storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema_step'").toArray().length > 0;

export function applySchema(storage: DurableObjectStorage): void {
  storage.transactionSync(() => {
    storage.sql.exec('CREATE TABLE IF NOT EXISTS schema_step (step INTEGER PRIMARY KEY)');
    const done = storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM schema_step').one().n;
    for (const [index, step] of STEPS.entries()) {
      if (index < done) continue;
      storage.sql.exec(step);
      storage.sql.exec('INSERT INTO schema_step (step) VALUES (?)', index + 1);
    }
  });
}
