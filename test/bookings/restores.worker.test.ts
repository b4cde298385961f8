import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { tallyBooks } from '../../src/payments/index.ts';
import { sweepBooks } from '../../src/properties/sweep-books.ts';
import type { Stub } from '../book/ground.ts';
import { checkBook } from '../book/sim/checker.ts';
import { readRows } from '../book/sim/watch.ts';
import { testContext } from '../worker/ground.ts';
import {
  ask,
  confirmed,
  held,
  inDays,
  newGuest,
  newHost,
  now,
  type Person,
  place,
  settlePayment,
  told,
} from './ground.ts';

type Row = Record<string, SqlStorageValue>;
const COPIES = ['booking', 'payment', 'ledger_entry', 'listing', 'co_host'];

let host: Person;
beforeAll(async () => {
  host = await newHost();
});

const insert = (table: string, row: object) =>
  `INSERT INTO ${table} (${Object.keys(row)}) VALUES (${Object.keys(row).map(() => '?')})`;

/** A book as it was at a moment, to go back to. */
function pointIn(book: Stub): Promise<() => Promise<void>> {
  const tablesOf = ({ sql }: DurableObjectStorage) =>
    sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
      )
      .toArray()
      .map(({ name }) => name);
  return runInDurableObject(book, (_, { storage }) =>
    tablesOf(storage).map(
      (name) => [name, storage.sql.exec<Row>(`SELECT * FROM ${name}`).toArray()] as const,
    ),
  ).then(
    (tables) => () =>
      runInDurableObject(book, (_, { storage }) =>
        storage.transactionSync(() => {
          // A restore is below the tables: what keeps commands from a row does not keep it.
          const triggers = storage.sql
            .exec<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            .toArray();
          for (const { name } of triggers) storage.sql.exec(`DROP TRIGGER ${name}`);
          for (const [name, rows] of tables) {
            storage.sql.exec(`DELETE FROM ${name}`);
            for (const row of rows) storage.sql.exec(insert(name, row), ...Object.values(row));
          }
          for (const { sql } of triggers) storage.sql.exec(sql);
        }),
      ),
  );
}

/** What D1 has of a property, to go back to. */
async function pointInD1(id: string): Promise<() => Promise<void>> {
  const kept = await env.DB.batch<Row>(
    COPIES.map((name) => env.DB.prepare(`SELECT * FROM ${name} WHERE property_id = ?`).bind(id)),
  );
  return async () => {
    await env.DB.batch([
      ...COPIES.map((name) => env.DB.prepare(`DELETE FROM ${name} WHERE property_id = ?`).bind(id)),
      ...COPIES.flatMap((name, index) =>
        (kept[index]?.results ?? []).map((row) =>
          env.DB.prepare(insert(name, row)).bind(...Object.values(row)),
        ),
      ),
    ]);
  };
}

const inD1 = async (id: string) => {
  const { results } = await env.DB.prepare('SELECT value FROM booking WHERE property_id = ? ORDER BY id')
    .bind(id)
    .all<{ value: string }>();
  return results.map(({ value }) => JSON.parse(value));
};
const inBook = (book: Stub) =>
  runInDurableObject(book, (_, { storage }) => ({
    bookings: storage.sql
      .exec<{ value: string }>('SELECT value FROM booking ORDER BY id')
      .toArray()
      .map(({ value }) => JSON.parse(value)),
    wrong: checkBook(readRows(storage), { told: [], attempts: [] }, now()),
  }));
const notesAbout = async (id: string) =>
  (await env.DB.prepare('SELECT count(*) AS n FROM audit WHERE subject = ?').bind(id).first<{ n: number }>())
    ?.n;

/** D1 knows of the property that a book is there. */
const describe = (id: string) =>
  env.DB.prepare(
    `INSERT INTO property (id, host_id, title, description, time_zone, guests, bedrooms, beds, bathrooms,
       house_rules, access_instructions, created_at, updated_at)
     VALUES (?, ?, 'A room', '', 'Africa/Nairobi', 4, 1, 1, 1, '', '', 0, 0)`,
  )
    .bind(id, host.actor.accountId)
    .run();

test.each([
  ['the book', 'cancelled afterwards'],
  ['the book', 'booked afterwards'],
  ['D1', 'cancelled afterwards'],
  ['D1', 'booked afterwards'],
  ['the book and D1, to two moments,', 'booked and cancelled afterwards'],
])(
  '%s set back, with bookings that were %s: they agree again, and nothing is done twice',
  async (what, since) => {
    const [guest, other] = [await newGuest(), await newGuest()];
    const { id, book } = await place(host);
    await describe(id);
    const made = await confirmed(guest, id, inDays(10));
    const waiting = await held(other, id, inDays(20));
    await told(book);
    const [backInBook, backInD1] = [await pointIn(book), await pointInD1(id)];

    if (since.includes('cancelled')) await ask('POST', `/v1/bookings/${made.id}/cancel`, { as: guest });
    if (since.includes('booked')) {
      await settlePayment(waiting.id);
      await confirmed(await newGuest(), id, inDays(30));
    }
    await told(book);
    if (what.includes('book')) await backInBook();
    if (what === 'D1') await backInD1();
    if (what.includes('two moments')) {
      await confirmed(await newGuest(), id, inDays(40));
      await told(book);
      await backInD1();
    }
    const notes = await notesAbout(id);

    const ctx = testContext({ actor: { kind: 'system', job: 'test' }, clock: { now } });
    for (let round = 0; round < 4; round++) {
      await sweepBooks(ctx, tallyBooks);
      await told(book);
    }
    const { bookings, wrong } = await inBook(book);
    expect(wrong).toEqual([]);
    expect(await inD1(id)).toEqual(bookings);
    expect(bookings.length).toBeGreaterThanOrEqual(2);
    expect(await notesAbout(id)).toBe(notes);
    expect(await sweepBooks(ctx, tallyBooks)).toBe(0);
  },
);

test.each([
  ['an entry that is gone', "DELETE FROM ledger_entry WHERE kind = 'charge'"],
  [
    'an amount that was changed',
    "UPDATE ledger_entry SET lines = json_set(lines, '$.host', lines ->> 'host' - 1) WHERE kind = 'charge'",
  ],
  [
    'an amount that is in another account',
    "UPDATE ledger_entry SET lines = json_object('guest', lines ->> 'guest', 'fees', -(lines ->> 'guest')) WHERE kind = 'charge'",
  ],
])('a sweep finds %s in D1’s copy of a ledger, and mends it', async (_, sql) => {
  const guest = await newGuest();
  const { id, book } = await place(host);
  await describe(id);
  await confirmed(guest, id, inDays(10));
  await told(book);
  const rows = async () =>
    (
      await env.DB.prepare('SELECT id, kind, lines FROM ledger_entry WHERE property_id = ? ORDER BY id')
        .bind(id)
        .all()
    ).results;
  const before = await rows();
  expect(before.map(({ kind }) => kind).sort()).toEqual(['capture', 'charge']);
  const ctx = testContext({ actor: { kind: 'system', job: 'test' }, clock: { now } });
  expect(await sweepBooks(ctx, tallyBooks)).toBe(0);

  await env.DB.prepare(`${sql} AND property_id = ?`).bind(id).run();
  expect(await rows()).not.toEqual(before);
  expect(await sweepBooks(ctx, tallyBooks)).toBe(1);
  await told(book);
  expect(await rows()).toEqual(before);
  expect(await sweepBooks(ctx, tallyBooks)).toBe(0);
});
