import { expect, test } from 'vitest';
import { applySchema } from '../../../src/book/store/schema.ts';
import { openStorage } from '../sim/storage.ts';

test('a book of before finds its bookings and its answers in the tables of now', () => {
  const storage = openStorage();
  applySchema(storage);
  const { sql } = storage;
  sql.exec('DELETE FROM schema_step WHERE step = (SELECT max(step) FROM schema_step)');
  sql.exec(`DROP TABLE booking;
    CREATE TABLE booking (id TEXT PRIMARY KEY, guest_id TEXT NOT NULL, is_unpaid INTEGER NOT NULL,
      version INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX booking_unpaid ON booking (guest_id) WHERE is_unpaid = 1;
    DROP TABLE idempotency;
    CREATE TABLE idempotency (scope TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, response TEXT NOT NULL,
      at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX idempotency_by_age ON idempotency (at);`);
  sql.exec('INSERT INTO booking VALUES (?, ?, ?, ?, ?)', 'bkg_1', 'usr_1', 1, 7, '{"id":"bkg_1"}');
  sql.exec('INSERT INTO idempotency VALUES (?, ?, ?, ?)', 'scope', 'print', '{"ok":true}', 5);

  applySchema(storage);
  applySchema(storage);

  expect(sql.exec('SELECT * FROM booking').toArray()).toMatchObject([
    { id: 'bkg_1', guest_id: 'usr_1', is_unpaid: 1, version: 7, value: '{"id":"bkg_1"}' },
  ]);
  expect(sql.exec('SELECT * FROM idempotency').toArray()).toMatchObject([
    { scope: 'scope', fingerprint: 'print', response: '{"ok":true}', at: 5 },
  ]);
  const left = sql
    .exec("SELECT name FROM sqlite_master WHERE name LIKE 'old%' OR sql LIKE '%old_%'")
    .toArray();
  expect(left).toEqual([]);
});
