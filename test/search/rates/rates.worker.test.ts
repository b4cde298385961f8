import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCron } from '../../../src/cron.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/clock.ts';
import { Fault } from '../../../src/kernel/errors.ts';
import { newTally } from '../../../src/platform/meter.ts';
import { type Exchange, FIXED, priceKeyOf } from '../../../src/search/exchange.ts';
import { indexProperties } from '../../../src/search/index-properties.ts';
import { searchJobs } from '../../../src/search/jobs.ts';
import { refreshRates } from '../../../src/search/rates/refresh-rates.ts';
import { KEY, readExchange, type Table } from '../../../src/search/rates/table.ts';
import { writeLive, writeSold } from '../../../src/search/write-index.ts';
import { advance, turnBack } from '../../bookings/ground.ts';
import { answer, ask, contextOf, newHost, published } from '../../properties/places.ts';
import { testClock } from '../../worker/ground.ts';
import { randomFrom, randomPlace } from '../random-places.ts';

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire
type Json = any;

const NOON = Date.UTC(2027, 2, 10, 12);
const MOVED: Exchange = { ...FIXED, KES: 190, EUR: 1.1, JPY: 90 };
const TABLE: Table = {
  ...{ date: '2027-03-10', rates: MOVED, since: NOON, triedAt: NOON, doubted: {}, isKeyed: false },
};
const kept = () => env.KV.get<Table>(KEY, 'json');
const keep = (table: Partial<Table> = {}) => env.KV.put(KEY, JSON.stringify({ ...TABLE, ...table }));

/** The service on a clock of its own, a source that tells what it is made to, and all that is logged and sent. */
function service(startMs = NOON) {
  const clock = testClock(startMs);
  const source = { read: vi.fn(async () => ({ date: '2027-03-10' as const, rates: MOVED })) };
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const sent: Json[] = [];
  const open = (changes: object = {}) => ({
    ...contextOf(),
    ...{ clock, rateSource: source as Json, log, ...changes },
    drain: async (rows: readonly Json[]) => void sent.push(...rows.map(({ message }) => message)),
  });
  const events = (level: 'info' | 'warn' | 'error') => log[level].mock.calls.map(([event]) => event);
  return { clock, source, log, events, sent, open, run: () => refreshRates(open()) };
}

beforeEach(() => env.KV.delete(KEY));

describe('the rates of the day', () => {
  test('are asked for once, kept, and the index is put in their order when everybody has heard', async () => {
    const { run, source, clock, sent, events } = service();
    expect(await run()).toBe(1);
    expect(await kept()).toEqual({ ...TABLE, rates: { KES: 190, EUR: 1.1, JPY: 90 } });
    for (let minute = 1; minute < 10; minute++) {
      clock.advance(MINUTE);
      expect(await run()).toBe(0);
    }
    expect(sent).toEqual([]);
    clock.advance(MINUTE);
    expect(await run()).toBe(1);
    expect(sent).toEqual([
      {
        ...{ id: expect.stringMatching(/^out_/), kind: 'rekey_prices', since: NOON },
        ...{ pass: 'price', after: 0, moved: 0 },
      },
    ]);
    for (let hour = 0; hour < 11; hour++) {
      clock.advance(HOUR);
      expect(await run()).toBe(0);
    }
    expect(sent).toHaveLength(1);
    expect(source.read).toHaveBeenCalledTimes(1);
    expect(events('info')).toEqual(['rates.told']);
    expect([...events('warn'), ...events('error')]).toEqual([]);

    clock.advance(HOUR);
    source.read.mockResolvedValue({ date: '2027-03-11', rates: MOVED } as Json);
    expect(await run()).toBe(1);
    clock.advance(10 * MINUTE);
    await run();
    expect(sent, 'every day, though nothing has moved').toHaveLength(2);
  });

  test('are asked for each hour until the day is told, and what fails changes nothing', async () => {
    await keep({ date: '2027-03-09', isKeyed: true });
    const { run, source, clock, sent, events } = service(NOON + HOUR);
    source.read.mockRejectedValueOnce(new Fault('rates.example'));
    expect(await run()).toBe(0);
    source.read.mockResolvedValueOnce({ date: '2027-03-09', rates: { ...FIXED, KES: 1 } } as Json);
    source.read.mockResolvedValueOnce({ date: '2027-03-08', rates: { ...FIXED, KES: 1 } } as Json);
    source.read.mockResolvedValueOnce({ date: '2027-03-12', rates: { ...FIXED, KES: 1 } } as Json);
    for (let minute = 0; minute < 3 * 60; minute++) {
      clock.advance(MINUTE);
      await run();
    }
    expect(source.read).toHaveBeenCalledTimes(4);
    expect(await kept()).toEqual({
      ...{ ...TABLE, date: '2027-03-09', isKeyed: true },
      triedAt: NOON + 4 * HOUR,
    });
    expect(events('warn')).toEqual(['rates.not_told', 'rates.not_told', 'rates.not_told']);
    expect(sent).toEqual([]);

    clock.advance(HOUR);
    expect(await run()).toBe(1);
    expect(await kept()).toMatchObject({ date: '2027-03-10', since: NOON + 5 * HOUR });
  });

  test('are missed aloud once a day when three whole days have gone by without them', async () => {
    await keep({ isKeyed: true });
    const { run, source, clock, log, events } = service();
    source.read.mockRejectedValue(new Fault('rates.example'));
    const errors: number[] = [];
    for (let hour = 0; hour < 6 * 24; hour++) {
      await run();
      errors.push(events('error').length);
      clock.advance(HOUR);
    }
    const firsts = errors.flatMap((count, hour) => (count > (errors[hour - 1] ?? 0) ? [hour] : []));
    expect(firsts.map((hour) => new Date(NOON + hour * HOUR).toISOString().slice(0, 13))).toEqual([
      '2027-03-14T00',
      '2027-03-15T00',
      '2027-03-16T00',
    ]);
    expect(log.error).toHaveBeenCalledWith('rates.old', { date: '2027-03-10' });
    expect((await kept())?.rates).toEqual(MOVED);
  });

  test('are missed aloud at once where there were none ever', async () => {
    const { run, source, events } = service();
    source.read.mockRejectedValue(new Fault('rates.example'));
    await run();
    expect(events('error')).toEqual(['rates.old']);
  });

  test('keep what they do not name as it was told before, else as it is in the fixed table', async () => {
    const { run, source, clock } = service();
    await run();
    clock.advance(DAY);
    const { KES: _, ...others } = MOVED;
    source.read.mockResolvedValueOnce({ date: '2027-03-11', rates: { ...others, EUR: 1.2 } } as Json);
    await run();
    expect((await kept())?.rates).toEqual({ KES: 190, EUR: 1.2, JPY: 90 });
  });

  test('are not believed where they leap, until the next day says the same; and that is said aloud', async () => {
    await keep({ date: '2027-03-09', isKeyed: true });
    const { run, source, clock, log } = service(NOON + HOUR);
    source.read.mockResolvedValueOnce({ date: '2027-03-10', rates: { ...MOVED, KES: 1.9 } });
    await run();
    expect(await kept()).toMatchObject({ date: '2027-03-10', rates: MOVED, doubted: { KES: 1.9 } });
    expect(log.warn).toHaveBeenCalledWith('rates.doubted', { date: '2027-03-10', currencies: 'KES' });
    clock.advance(DAY);
    source.read.mockResolvedValueOnce({ date: '2027-03-11', rates: { ...MOVED, KES: 1.9 } } as Json);
    await run();
    expect(await kept()).toMatchObject({ rates: { ...MOVED, KES: 1.9 }, doubted: {} });

    clock.advance(DAY);
    const halved = Object.fromEntries(Object.entries(MOVED).map(([name, rate]) => [name, rate * 1.3]));
    source.read.mockResolvedValueOnce({ date: '2027-03-12', rates: { ...halved, USD: 1 } } as Json);
    await run();
    expect((await kept())?.rates).toEqual({ ...MOVED, KES: 1.9 });
    expect(log.error.mock.calls.map(([event]) => event)).toEqual(['rates.doubted']);
  });

  test('are asked of nobody, and nothing is kept, in development', async () => {
    const { open } = service();
    expect(contextOf().rateSource).toBeNull();
    expect(await refreshRates(open({ rateSource: null }))).toBe(0);
    expect(await kept()).toBeNull();
  });

  test('are asked for by the minute, at the address that is set', async () => {
    const asked: string[] = [];
    const sent: Json[] = [];
    const day = new Date().toISOString().slice(0, 10);
    const SANDBOX = {
      async fetch(input: RequestInfo) {
        if (!(input instanceof Request) || !input.url.endsWith('/rates')) return env.SANDBOX?.fetch(input);
        asked.push(input.url);
        return Response.json({ base: 'USD', date: day, rates: MOVED });
      },
    };
    const bindings = { ...env, SANDBOX, RATES_URL: 'http://sandbox/rates' };
    const JOBS_QUEUE = { send: async (message: Json) => void sent.push(message) };
    const minute = async () => {
      const execution = createExecutionContext();
      await runCron({ cron: '* * * * *' }, { ...bindings, JOBS_QUEUE } as Json, execution);
      await waitOnExecutionContext(execution);
    };
    await minute();
    expect(await kept()).toMatchObject({ date: day, rates: { KES: 190 }, isKeyed: false });
    const { since } = (await kept()) as Table;
    await keep({ ...(await kept()), since: since - 10 * MINUTE });
    await minute();
    expect(asked).toEqual(['http://sandbox/rates']);
    expect(sent.filter(({ kind }) => kind === 'rekey_prices')).toHaveLength(1);
  });

  test('that KV does not give are not taken for none', async () => {
    const { open, source } = service();
    const kv = { get: () => Promise.reject(new Error('KV is down')), put: vi.fn() };
    await expect(refreshRates(open({ kv }))).rejects.toThrow('KV is down');
    expect(source.read).not.toHaveBeenCalled();
    expect(kv.put).not.toHaveBeenCalled();
  });
});

describe('the table in force', () => {
  test('is read once a minute, and without KV it is what was known, or else the fixed one', async () => {
    await keep();
    const { clock, open, events } = service(NOON + 400 * DAY);
    const down = { kv: { get: () => Promise.reject(new Error('KV is down')) } };
    expect(await readExchange(open(down))).toEqual(FIXED);
    clock.advance(MINUTE);
    const first = open({ tally: newTally() });
    expect(await readExchange(first)).toEqual(MOVED);
    await keep({ rates: { KES: 7 } });
    clock.advance(MINUTE - 1);
    expect(await readExchange(open(down))).toEqual(MOVED);
    clock.advance(1);
    expect(await readExchange(open(down))).toEqual(MOVED);
    expect(events('warn')).toEqual(['rates.not_read', 'rates.not_read']);
    clock.advance(MINUTE);
    expect(await readExchange(open())).toEqual({ ...FIXED, KES: 7 });
    await env.KV.put(KEY, '{"rates":');
    clock.advance(MINUTE);
    expect(await readExchange(open()), 'what is no table').toEqual({ ...FIXED, KES: 7 });
  });
});

/** All messages of a job, each twice if need be; what each costs in the index. */
async function work(open: () => Json, first: object, sent: Json[], onStretch = async () => {}) {
  const costs: { d1Trips: number; rowsWritten: number; kvReads: number }[] = [];
  let message: Json = { kind: 'rekey_prices', pass: 'price', after: 0, moved: 0, ...first };
  while (message) {
    const ctx = open();
    await searchJobs.rekey_prices?.(ctx, message);
    const { d1Trips, rowsWritten, kvReads } = ctx.tally;
    costs.push({ d1Trips, rowsWritten, kvReads });
    message = sent.shift();
    if (message) await onStretch();
  }
  return costs;
}
const brokenDown = () => {
  throw new Error('D1 is down');
};
/** Of a message that goes on: the outbox of DB. */
const SENDING_TRIPS = 1;

describe('putting the index in their order', () => {
  const LISTED = 1_100;
  const random = randomFrom(52);
  const places = Array.from({ length: LISTED }, (_, at) => randomPlace(random, at));
  const all = async (table: string) =>
    (await env.SEARCH_DB.prepare(`SELECT * FROM ${table} ORDER BY id`).all<Json>()).results;

  beforeEach(async () => {
    await env.SEARCH_DB.batch(
      ['listing', 'place', 'listing_text'].map((name) => env.SEARCH_DB.prepare(`DELETE FROM ${name}`)),
    );
    const rows = places.map(({ row }) => row);
    for (let at = 0; at < LISTED; at += 400) await writeLive(env.SEARCH_DB, rows.slice(at, at + 400));
    await keep();
    advance(MINUTE);
  });
  afterEach(turnBack);

  test('takes two trips for a stretch of prices and one of scores, and the second time writes nothing', async () => {
    const { open, sent, events } = service();
    const costs = await work(open, { since: NOON }, sent);
    const trips = costs.map(({ d1Trips }) => d1Trips - SENDING_TRIPS);
    expect(trips).toEqual([2, 2, 2, 1, 1, 0]);
    expect(costs.every(({ kvReads }) => kvReads === 1)).toBe(true);
    for (const { nightly, currency, price } of await all('listing'))
      expect(price).toBe(priceKeyOf(MOVED, nightly, currency));
    expect((await all('place')).map(({ price }) => price)).toEqual(
      (await all('listing')).map(({ price }) => price),
    );

    const before = [await all('listing'), await all('place')];
    const again = await work(open, { since: NOON }, sent);
    expect(again.map(({ d1Trips }) => d1Trips)).toEqual([2, 2, 1]);
    expect(again.at(-1)?.rowsWritten).toBe(0);
    for (const { rowsWritten } of again)
      expect(rowsWritten).toBeLessThanOrEqual(costs.at(-2)?.rowsWritten ?? 0);
    expect([await all('listing'), await all('place')]).toEqual(before);
    expect(events('info')).toEqual(['search.rekeyed', 'search.rekeyed']);
  });

  test('is taken up where it was cut off, and a stretch may be done twice', async () => {
    const { open, sent } = service();
    await searchJobs.rekey_prices?.(open(), {
      ...{ kind: 'rekey_prices', since: NOON, pass: 'price', after: 0, moved: 0 },
    });
    const [next] = sent.splice(0);
    await expect(
      searchJobs.rekey_prices?.(open({ searchDb: { prepare: brokenDown } }), next),
    ).rejects.toThrow();
    expect(sent).toEqual([]);
    await searchJobs.rekey_prices?.(open(), next);
    const [third] = sent.splice(0);
    await searchJobs.rekey_prices?.(open(), next);
    expect(sent.splice(0)[0]).toMatchObject({ ...third, id: expect.any(String), moved: next.moved });
    await work(open, third, sent);
    for (const { nightly, currency, price } of await all('listing'))
      expect(price).toBe(priceKeyOf(MOVED, nightly, currency));
  });

  test('is of one table: by an older one it ends, and for a newer one it waits', async () => {
    const { open, sent } = service();
    const before = await all('listing');
    const message = { kind: 'rekey_prices', pass: 'price', after: 0, moved: 0 };
    await searchJobs.rekey_prices?.(open(), { ...message, since: NOON - 1 });
    await expect(searchJobs.rekey_prices?.(open(), { ...message, since: NOON + 1 })).rejects.toThrow(
      'before',
    );
    expect(await all('listing')).toEqual(before);
    expect(sent).toEqual([]);
  });

  test('loses nothing of what hosts change at the same moment', async () => {
    const { open, sent } = service();
    const [changed, gone] = places.filter(({ row }) => row.currency === 'KES').map(({ row }) => row);
    if (!changed || !gone) throw new Error('Some are in Nairobi');
    const nightly = changed.nightly + 12_345;
    const price = priceKeyOf(MOVED, nightly, 'KES');
    const later = { ...changed, version: 2, nightly, price, log_price: Math.log(price) };
    let isFirst = true;
    // Between the job's reading and its writing.
    const racing = {
      prepare: (sql: string) => env.SEARCH_DB.prepare(sql),
      async batch(statements: D1PreparedStatement[]) {
        if (isFirst) {
          isFirst = false;
          await writeSold(env.SEARCH_DB, [later], [{ id: gone.id, epoch: 1, version: 2 }]);
        }
        return env.SEARCH_DB.batch(statements);
      },
    };
    await work(() => open({ searchDb: racing }), { since: NOON }, sent);

    expect(isFirst).toBe(false);
    const [row] = (await all('listing')).filter(({ id }) => id === changed.id);
    expect(row).toMatchObject({ version: 2, nightly, price });
    const copies = await all('place');
    expect(copies.find(({ id }) => id === changed.id)).toMatchObject({ nightly, price });
    expect(copies.filter(({ id }) => id === gone.id)).toEqual([]);
    expect((await all('listing')).find(({ id }) => id === gone.id)).toMatchObject({ live: 0, version: 2 });
    expect(copies).toHaveLength(LISTED - 1);
  });

  test('meets every place once in orders that money has no part in, and in that of prices each whose price stays', async () => {
    for (const sort of ['rating', 'newest', 'price']) {
      await env.SEARCH_DB.batch(
        ['listing', 'place'].map((name) =>
          env.SEARCH_DB.prepare(`UPDATE ${name} SET price = 1 + price * ? WHERE currency = 'KES'`).bind(0.7),
        ),
      );
      const { open, sent } = service();
      const met: string[] = [];
      let cursor = '';
      const page = async () => {
        if (cursor === 'end') return;
        const { data, nextCursor } = await answer('GET', `/v1/search?sort=${sort}&limit=100${cursor}`, {
          headers: { 'cache-control': 'no-cache' },
        });
        met.push(...data.map(({ id }: Json) => id));
        cursor = nextCursor === null ? 'end' : `&cursor=${nextCursor}`;
      };
      await page();
      await work(open, { since: NOON }, sent, page);
      while (cursor !== 'end') await page();
      const still = places.filter(
        ({ row }) => sort !== 'price' || !['KES', 'EUR', 'JPY'].includes(row.currency),
      );
      for (const { row } of still)
        expect(
          met.filter((id) => id === row.id),
          `${sort} ${row.id}`,
        ).toHaveLength(1);
      if (sort !== 'price') expect(met).toHaveLength(LISTED);
    }
  });

  test('lets searches compare by the new rates: ranges at once, the order when it is done', async () => {
    const { open, sent } = service();
    const fresh = { headers: { 'cache-control': 'no-cache' } };
    const idsOf = async (query: string) =>
      (await answer('GET', `/v1/search?limit=100&${query}`, fresh)).data.map(({ id }: Json) => id);
    const worth = (exchange: Exchange, { nightly, currency }: Json) =>
      priceKeyOf(exchange, nightly, currency) / 1e4;
    const below = (exchange: Exchange, cents: number) =>
      places
        .filter(({ row }) => row.currency === 'KES' && Math.round(worth(exchange, row)) <= cents)
        .map(({ row }) => row.id)
        .sort();
    const query = 'city=nairobi&currency=USD&priceMax=2000';
    expect(below(MOVED, 2_000)).not.toEqual(below(FIXED, 2_000));
    expect((await idsOf(query)).sort()).toEqual(below(MOVED, 2_000).slice(0, 100));

    const cheapest = (exchange: Exchange) =>
      places
        .map(({ row }) => ({ id: row.id, key: priceKeyOf(exchange, row.nightly, row.currency) }))
        .sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : 1))
        .slice(0, 100)
        .map(({ id }) => id);
    expect(await idsOf('sort=price')).toEqual(cheapest(FIXED));
    await work(open, { since: NOON }, sent);
    expect(await idsOf('sort=price')).toEqual(cheapest(MOVED));
    expect(cheapest(FIXED)).not.toEqual(cheapest(MOVED));
    const { price } = await answer('GET', '/v1/search/facets?city=kyoto&currency=USD', fresh);
    const own = places.filter(({ row }) => row.currency === 'JPY').map(({ row }) => row.nightly);
    expect(price.min).toBe(Math.round((Math.min(...own) / 90) * 100));
  });

  test('costs a search one read of KV more, where it compares currencies and nobody did for a minute; one that is kept costs nothing', async () => {
    advance(2 * MINUTE);
    const lines: Json[] = [];
    const log = vi
      .spyOn(console, 'log')
      .mockImplementation((line: string) => void lines.push(JSON.parse(line)));
    for (const query of [
      'country=JP&sort=price&limit=4',
      'country=JP&currency=EUR&limit=4',
      'country=JP&currency=EUR&priceMax=90000&limit=4',
      'country=JP&currency=EUR&priceMax=90000&limit=4',
      'country=JP&currency=EUR&priceMax=90000&limit=5',
    ])
      expect((await ask('GET', `/v1/search?${query}`)).status).toBe(200);
    log.mockRestore();
    const costs = lines.filter(({ event }) => event === 'request');
    expect(costs.map(({ d1Trips, kvReads }) => [d1Trips, kvReads])).toEqual([
      [2, 1],
      [2, 1],
      [2, 2],
      [0, 0],
      [2, 1],
    ]);
  });

  // The last, because what a book tells comes when it will.
  test('has nothing to do for a place that was told of since', async () => {
    const { id } = await published(await newHost());
    await indexProperties(contextOf(), [{ propertyId: id }]);
    const [row] = (await all('listing')).filter((one) => one.id === id);
    expect(row).toMatchObject({ live: 1, currency: 'KES', price: priceKeyOf(MOVED, row.nightly, 'KES') });
  });
});
