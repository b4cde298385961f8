import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { Keeper } from '../../../src/book/keeper.ts';
import { createBooking } from '../../../src/book/stays/create-booking.ts';
import { DAY, MINUTE } from '../../../src/kernel/clock.ts';
import { newIdWithin } from '../../../src/kernel/ids.ts';
import { addNights, type Night } from '../../../src/kernel/stay.ts';
import { callBy, HOST, NOW, type Stub } from '../ground.ts';
import { checkBook, type Told } from '../sim/checker.ts';
import { readRows } from '../sim/watch.ts';
import { booked, FEES, FIRST, GUEST, OTHER, place, quoteFor, replay } from './ground.ts';

/** What happens at the same moment, in the real runtime; and what it costs however full a book is. */
const RACERS = 2_000;
const APART = 1_000;
const BOOKS = 50;
const ALONE = { adults: 1, children: 0, infants: 0, pets: 0 };

const wrongWith = (book: Stub, told: readonly Told[] = []) =>
  runInDurableObject(book, (_, { storage }) => ({
    wrong: checkBook(readRows(storage), { told, attempts: [] }, NOW),
    pages: storage.sql.exec('PRAGMA quick_check').toArray(),
  }));
const WELL = { wrong: [], pages: [{ quick_check: 'ok' }] };

test('of two thousand who want the same night at the same moment one gets it, and the others learn why not', async () => {
  const { book, create } = await place();
  const outcomes = await Promise.all(
    Array.from({ length: RACERS }, (_, index) =>
      create(`usr_${index}`, addNights(FIRST, -(index % 3)), 3 + (index % 2)),
    ),
  );
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  const refused = outcomes.filter(({ ok }) => !ok);
  const because = {
    refusal: 'unavailable',
    detail: expect.arrayContaining([{ code: 'booked', date: FIRST }]),
  };
  for (const outcome of refused) expect(outcome).toMatchObject(because);
  expect(
    await wrongWith(
      book,
      outcomes.map((outcome) => ({ at: NOW, key: null, outcome })),
    ),
  ).toEqual(WELL);
});

test('a thousand who want other nights at the same moment all get them', async () => {
  const { book, create } = await place();
  const outcomes = await Promise.all(
    Array.from({ length: APART }, (_, index) => create(`usr_${index}`, addNights(FIRST, index), 1)),
  );
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
  expect(
    await wrongWith(
      book,
      outcomes.map((outcome) => ({ at: NOW, key: null, outcome })),
    ),
  ).toEqual(WELL);
});

test('the same key five hundred times at the same moment books once', async () => {
  const { id, book } = await place();
  const key = replay();
  const outcomes = await Promise.all(
    Array.from({ length: 500 }, () =>
      book.createBooking(
        callBy(GUEST),
        { id: newIdWithin('bkg', id, NOW), quote: quoteFor(id, FIRST, 2), message: null },
        key,
      ),
    ),
  );
  expect(new Set(outcomes.map((outcome) => outcome.ok && outcome.value.id)).size).toBe(1);
  expect(outcomes[0]?.ok).toBe(true);
  expect(outcomes.filter((outcome) => !('replayed' in outcome))).toHaveLength(1);
  expect(await wrongWith(book)).toEqual(WELL);
});

/** Each leaves nights kept that are free again when it ends: `from` is the first of them. */
const KEEPING: readonly ((
  one: Awaited<ReturnType<typeof place>>,
) => Promise<{ from: Night; endsAt: number }>)[] = [
  async ({ create }) => {
    await create(GUEST, FIRST, 2);
    return { from: FIRST, endsAt: NOW + 15 * MINUTE };
  },
  async ({ book, create }) => {
    await book.putRules(callBy(HOST), { ...(await rulesOf(book)), bookingMode: 'request' }, '*');
    await booked(book, create, FIRST, 2);
    return { from: FIRST, endsAt: NOW + DAY };
  },
  async ({ book, create }) => {
    const bookingId = await booked(book, create, addNights(FIRST, -3), 3);
    const stay = { checkIn: addNights(FIRST, -3), checkOut: addNights(FIRST, 2) };
    const request = { bookingId, alterationId: 'alt_1', stay, guests: ALONE, fees: FEES };
    await book.requestAlteration(callBy(GUEST), request, replay());
    return { from: FIRST, endsAt: NOW + DAY };
  },
  async ({ book, create }) => {
    const bookingId = await booked(book, create, FIRST, 2);
    const stay = { checkIn: FIRST, checkOut: addNights(FIRST, 2) };
    await book.joinWaitlist(callBy('usr_waits'), { id: 'wtl_1', stay, guests: ALONE }, null);
    await book.cancelBooking(callBy(GUEST), { bookingId, reason: null }, null);
    return { from: FIRST, endsAt: NOW + 30 * MINUTE };
  },
];

test.each(Array.from({ length: BOOKS }, (_, index) => index))(
  'nights are free at the very moment, though nothing wakes the book (%i)',
  async (index) => {
    const one = await place();
    const { from, endsAt } = (await KEEPING[index % KEEPING.length]?.(one)) ?? { from: FIRST, endsAt: NOW };
    await runInDurableObject(one.book, (_, { storage }) => storage.deleteAlarm());
    const stay = { checkIn: from, checkOut: addNights(from, 1 + (index % 2)) };
    const look = (now: number) => one.book.checkAvailability(callBy(HOST, now), { stay, guests: ALONE });
    expect(await look(endsAt - 1)).toMatchObject({ value: [{ date: from }, ...(index % 2 ? [{}] : [])] });
    expect(await look(endsAt)).toMatchObject({ value: [] });
    expect(await one.create(OTHER, from, 1, endsAt - 1)).toMatchObject({ refusal: 'unavailable' });
    expect(await one.create(OTHER, from, 1, endsAt)).toMatchObject({ ok: true });
    const { wrong } = await runInDurableObject(one.book, (_, { storage }) => ({
      wrong: checkBook(readRows(storage), { told: [], attempts: [] }, endsAt),
    }));
    expect(wrong).toEqual([]);
  },
);

test('what a booking reads and writes does not grow with the bookings that are there', async () => {
  const [few, many] = [await costAmong(10), await costAmong(10_000)];
  console.log('rows of a booking among 10 and among 10,000 others:', JSON.stringify([few, many]));
  // Nearby are the last stay that begins before, and the first that begins after.
  expect(few).toEqual({ conflict: 1, nearby: 2, read: 21, written: 19 });
  expect(many).toEqual(few);
});

/** Every other night is somebody's; one between them is asked for. */
async function costAmong(count: number) {
  const { id, book } = await place();
  return runInDurableObject(book, (_, { storage }) => {
    storage.sql.exec('DELETE FROM outbox');
    const others = `WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1}),
      other AS (SELECT i, printf('bkg_%05d', i) AS id, date('${FIRST}', printf('%+d days', 2 * (i - ${count / 2}))) AS night FROM n)`;
    storage.sql.exec(
      `${others} INSERT INTO stay SELECT night, date(night, '+1 day'), id, 'booked', NULL FROM other`,
    );
    storage.sql.exec(`${others} INSERT INTO booking SELECT id, 'usr_' || i, 0, 1, '{}' FROM other`);
    storage.sql.exec(`${others} INSERT INTO due SELECT 'booking', id, ${NOW + 9_999 * DAY} FROM other`);
    storage.sql.exec(
      `${others} INSERT INTO event SELECT 1000 + i, 'x', ${NOW}, 'x', NULL, '{}', NULL FROM other`,
    );
    storage.sql.exec(`UPDATE head SET seq = ${1_000 + count}`);

    const cursors: { query: string; cursor: SqlStorageCursor<Record<string, SqlStorageValue>> }[] = [];
    const exec = (query: string, ...values: SqlStorageValue[]) => {
      const cursor = storage.sql.exec(query, ...values);
      cursors.push({ query, cursor });
      return cursor;
    };
    const measured = {
      sql: { exec },
      transactionSync: <T>(work: () => T) => storage.transactionSync(work),
    } as unknown as DurableObjectStorage;
    const sink = { send: async () => 'done' as const };
    const keeper = new Keeper({
      storage: measured,
      sink,
      random: () => 0,
      wakeIn: () => {},
      gather: async () => {},
    });
    cursors.length = 0;
    const call = callBy(GUEST);
    const booking = {
      id: newIdWithin('bkg', id, NOW),
      quote: quoteFor(id, addNights(FIRST, 1), 1),
      message: null,
    };
    const outcome = keeper.once(NOW, replay(), (tx) => createBooking(tx, call, booking));
    expect(outcome).toMatchObject({ ok: true });
    const sum = (of: (one: (typeof cursors)[number]) => number) =>
      cursors.reduce((total, one) => total + of(one), 0);
    return {
      conflict: sum(({ query, cursor }) => (query.startsWith('INSERT INTO stay') ? cursor.rowsRead : 0)),
      nearby: sum(({ query, cursor }) => (/FROM stay\b/.test(query) ? cursor.rowsRead : 0)),
      read: sum(({ cursor }) => cursor.rowsRead),
      written: sum(({ cursor }) => cursor.rowsWritten),
    };
  });
}

const rulesOf = async (book: Stub) => {
  const rules = await book.readRules(callBy(HOST));
  if (!rules.ok) throw new Error('these rules are nobody’s');
  return rules.value.value;
};
