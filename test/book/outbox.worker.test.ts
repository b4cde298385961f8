import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { putRates } from '../../src/book/calendar/put-settings.ts';
import { changeCoHost } from '../../src/book/change-co-host.ts';
import { NOTHING_TALLIED, type Sink } from '../../src/book/index.ts';
import { Keeper } from '../../src/book/keeper.ts';
import { takeSnapshot } from '../../src/book/outbox/snapshot.ts';
import { MINUTE, SECOND } from '../../src/kernel/clock.ts';
import { createSink } from '../../src/platform/book-sink.ts';
import { propertyCopies } from '../../src/properties/index.ts';
import { callBy, HOST, NOW, openBook, RATES, type Stub, system } from './ground.ts';

afterEach(() => vi.restoreAllMocks());

const inD1 = async (id: string) => {
  const row = await env.DB.prepare('SELECT * FROM listing WHERE property_id = ?')
    .bind(id)
    .first<{ epoch: number; version: number; nightly: number }>();
  const helpers = await env.DB.prepare(
    'SELECT account_id, access FROM co_host WHERE property_id = ? ORDER BY account_id',
  )
    .bind(id)
    .all();
  return { row, helpers: helpers.results };
};
const trailOf = async (id: string) =>
  (await env.DB.prepare('SELECT count(*) AS n FROM audit WHERE subject = ?').bind(id).first<{ n: number }>())
    ?.n;

/** A book whose D1 does as it is told, on the real storage. */
const withSink = <T>(
  book: Stub,
  send: Sink['send'],
  work: (keeper: Keeper, storage: DurableObjectStorage) => T | Promise<T>,
) =>
  runInDurableObject(book, async (_, { storage }) => {
    const wakeIn = (waitMs: number | null) =>
      void (waitMs === null ? storage.deleteAlarm() : storage.setAlarm(Date.now() + waitMs));
    return await work(
      new Keeper({ storage, sink: { send }, random: Math.random, wakeIn, gather: async () => {} }),
      storage,
    );
  });

const SEEDS = Array.from({ length: 50 }, (_, index) => index);

test.each(SEEDS)('a book and D1 agree after a time of failures (%i)', async (seed) => {
  const { id, book } = await openBook();
  const real = createSink(env.DB, propertyCopies);
  let turn = seed;
  const moody: Sink['send'] = async (rows) => {
    turn = (turn * 1_103_515_245 + 12_345) % 2_147_483_648;
    switch (turn % 5) {
      case 0:
        return 'later';
      case 1:
        await real.send(rows);
        return 'later';
      case 2:
        await real.send(rows);
        return real.send(rows);
      default:
        return real.send(rows);
    }
  };
  const own = await withSink(book, moody, async (keeper) => {
    let now = NOW;
    for (let step = 0; step < 12; step++) {
      now += (turn % 30) * SECOND;
      const call = callBy(HOST, now);
      keeper.run(now, (tx) => putRates(tx, call, { ...RATES, nightly: 1 + (turn % 1_000) }, '*'));
      keeper.run(now, (tx) =>
        changeCoHost(tx, call, { accountId: `usr_${turn % 3}`, access: step % 2 ? 'full' : null }),
      );
      if (step % 3 === 0) await keeper.drain(() => now);
      const { row } = await inD1(id);
      const version = keeper.look((reader) => reader.head().version);
      expect(row?.version).toBeLessThanOrEqual(Number(version));
    }
    return keeper.look(takeSnapshot);
  });

  vi.spyOn(Date, 'now').mockReturnValue(NOW + 60 * MINUTE);
  await runDurableObjectAlarm(book);
  const { row, helpers } = await inD1(id);
  expect(row).toMatchObject({ version: own && 'version' in own ? own.version : null });
  expect(await book.compare(system(), { snapshot: own as never, tallies: NOTHING_TALLIED })).toMatchObject({
    value: 'equal',
  });
  expect(helpers).toEqual(
    Object.entries((own as { coHosts: object }).coHosts)
      .sort()
      .map(([account_id, access]) => ({ account_id, access })),
  );
});

test('a change whose D1 is down is answered, waits with an alarm behind it, and arrives when D1 is back', async () => {
  const { id, book } = await openBook();
  await withSink(
    book,
    async () => 'later',
    async (keeper, storage) => {
      const outcome = keeper.run(NOW, (tx) => putRates(tx, callBy(HOST), RATES, '*'));
      expect(outcome.ok).toBe(true);
      await keeper.drain(() => NOW);
      expect(await storage.getAlarm()).not.toBeNull();
    },
  );
  expect(await inD1(id)).toMatchObject({ row: { version: 1, nightly: null } });
  expect(await trailOf(id)).toBe(0);

  vi.spyOn(Date, 'now').mockReturnValue(NOW + MINUTE);
  expect(await runDurableObjectAlarm(book)).toBe(true);
  expect(await inD1(id)).toMatchObject({ row: { version: 2, nightly: RATES.nightly } });
  expect(await trailOf(id)).toBe(1);
  await runInDurableObject(book, async (_, { storage }) => {
    expect(storage.sql.exec('SELECT * FROM outbox').toArray()).toEqual([]);
    expect(await storage.getAlarm()).toBeNull();
  });
});

test('a row that D1 can never take is put aside, and holds up no other', async () => {
  const { id, book } = await openBook();
  await runInDurableObject(book, (_, { storage }) => {
    storage.sql.exec(
      `INSERT INTO outbox (kind, subject, body, next_attempt_at) VALUES ('audit', 'bad', '{}', 0), ('letter', 'odd', '{}', 0)`,
    );
  });
  await book.putRates(callBy(HOST), RATES, '*');
  expect(await inD1(id)).toMatchObject({ row: { version: 2 } });
  expect(await trailOf(id)).toBe(1);
  expect(await book.head()).toEqual({ epoch: 1, version: 2, parked: 2 });
});

test('a book that was set back begins a new life, which D1 follows', async () => {
  const { id, book } = await openBook();
  const keep = await runInDurableObject(book, (_, { storage }) =>
    storage.sql.exec('SELECT * FROM document').toArray(),
  );
  for (const nightly of [1, 2, 3]) await book.putRates(callBy(HOST), { ...RATES, nightly }, '*');
  await runInDurableObject(book, (_, { storage }) => {
    storage.sql.exec('DELETE FROM document');
    for (const { name, version, value } of keep) {
      storage.sql.exec(
        'INSERT INTO document VALUES (?, ?, ?)',
        name as string,
        version as number,
        value as string,
      );
    }
    storage.sql.exec('UPDATE head SET version = 1');
  });
  await book.putRates(callBy(HOST), { ...RATES, nightly: 9 }, '*');
  const stale = await inD1(id);
  expect(stale.row).toMatchObject({ epoch: 1, version: 4, nightly: 3 });

  const seen = await runInDurableObject(book, (_, { storage }) => takeSnapshotOf(storage));
  const there = { ...seen, version: 4, nightly: 3 } as never;
  expect(await book.compare(system(), { snapshot: there, tallies: NOTHING_TALLIED })).toMatchObject({
    value: 'ahead',
  });
  expect(await inD1(id)).toMatchObject({ row: { epoch: 2, version: 2, nightly: 9 } });
});

const takeSnapshotOf = (storage: DurableObjectStorage) =>
  new Keeper({
    storage,
    sink: createSink(env.DB, propertyCopies),
    random: Math.random,
    wakeIn: () => {},
    gather: async () => {},
  }).look(takeSnapshot);
