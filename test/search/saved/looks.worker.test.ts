import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/clock.ts';
import { ALL, cityKey } from '../../../src/search/cells.ts';
import { lookForNew } from '../../../src/search/saved/look-for-new.ts';
import { saveSearch } from '../../../src/search/saved/save-search.ts';
import { startLooks } from '../../../src/search/saved/start-looks.ts';
import { fold } from '../../../src/search/words.ts';
import { writeLive } from '../../../src/search/write-index.ts';
import { advance, ask, inDays, type Json, now, turnBack } from '../../bookings/ground.ts';
import { everything } from '../../worker/ground.ts';
import { randomFrom, randomPlace } from '../random-places.ts';
import {
  contextOf,
  jobs,
  listOf,
  mails,
  newReader,
  placeIn,
  refusedAs,
  rowOf,
  run,
  saved,
  start,
  tomorrow,
  town,
} from './ground.ts';

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM saved_search').run();
  for (const list of [jobs, mails]) list.length = 0;
});
afterEach(turnBack);

const later = (ms: number) => advance(ms + MINUTE);

describe('a look', () => {
  test('that is asked for twice, one after the other or at once, sends one mail', async () => {
    const [reader, city] = [await newReader(), town()];
    await saved(reader, { city });
    await placeIn(city);
    later(DAY);
    const [message, ...others] = await start();
    expect(others).toEqual([]);
    await Promise.all([run(message), run(message), run(message)]);
    expect(mails).toHaveLength(1);
    const done = await everything();
    await run(message);
    expect(mails).toHaveLength(1);
    expect(await everything()).toEqual(done);
  });

  test('is asked for once, also when two runs overlap, and by nobody before it is due', async () => {
    for (let n = 0; n < 3; n++) await saved(await newReader(), { city: town() });
    expect(await start()).toEqual([]);
    later(DAY);
    const runs = await Promise.all([start(), start(), start()]);
    expect(new Set(runs.flat().map(({ accountId }) => accountId)).size).toBe(3);
    expect(runs.flat()).toHaveLength(3);
    expect(await start()).toEqual([]);
    expect((await everything()).outbox).toEqual([]);
  });

  test('whose message got lost is asked for anew after an hour, and the lost one comes to nothing', async () => {
    const [reader, city] = [await newReader(), town()];
    await saved(reader, { city });
    await placeIn(city);
    later(DAY);
    const [lost] = await start();
    advance(HOUR - MINUTE);
    expect(await start()).toEqual([]);
    advance(2 * MINUTE);
    const [message] = await start();
    const before = await everything();
    await run(lost);
    expect(await everything()).toEqual(before);
    expect(mails).toEqual([]);
    await run(message);
    expect(mails).toHaveLength(1);
  });

  test('that a run could not hand to the queue is in the outbox', async () => {
    const reader = await newReader();
    await saved(reader, { city: town() });
    later(DAY);
    expect(await startLooks({ ...contextOf(), drain: async () => {} })).toBe(1);
    const { outbox } = (await everything()) as { outbox: { body: string; queue: string }[] };
    expect(outbox.map(({ body, queue }) => [queue, JSON.parse(body)])).toMatchObject([
      ['jobs', { kind: 'look_for_new', accountId: reader.actor.accountId }],
    ]);
    await env.DB.prepare('DELETE FROM outbox').run();
  });

  test('takes in a search that was saved since', async () => {
    const [reader, city] = [await newReader(), town()];
    const first = await saved(reader, { city });
    later(DAY);
    const [message] = await start();
    const second = await saved(reader, { city });
    await run(message);
    expect((await rowOf(second.id)).look_at).toBe((await rowOf(first.id)).look_at);
    expect((await rowOf(first.id)).look_at).toBeGreaterThan(now() + DAY - HOUR);
  });

  test('leaves a search as it is that is stopped meanwhile, and writes nothing when all are', async () => {
    const [reader, city] = [await newReader(), town()];
    const stopped = await saved(reader, { city });
    const other = await saved(reader, { city });
    await placeIn(city);
    const stop = (id: string) =>
      env.DB.prepare("UPDATE saved_search SET state = 'stopped', look_at = NULL WHERE id = ?").bind(id).run();
    /** Between what is read and what is written. */
    const runWith = async (message: Json, meanwhile: () => Promise<unknown>) => {
      const ctx = contextOf();
      let batches = 0;
      const db = new Proxy(ctx.db, {
        get(target, name) {
          if (name !== 'batch') return Reflect.get(target, name);
          return async (batch: never) => {
            if (++batches === 2) await meanwhile();
            return target.batch(batch);
          };
        },
      });
      await lookForNew({ ...ctx, db }, message);
      await ctx.settle();
    };
    later(DAY);
    const [message] = await start();
    const untouched = await rowOf(stopped.id);
    await runWith(message, () => stop(stopped.id));
    expect(await rowOf(stopped.id)).toEqual({ ...untouched, state: 'stopped', look_at: null });
    expect((await rowOf(other.id)).told_at).toBeGreaterThan(now() - MINUTE);
    expect(mails.splice(0)).toHaveLength(1);

    await placeIn(city);
    later(DAY);
    const [next] = await start();
    const seen = await rowOf(other.id);
    await runWith(next, () => stop(other.id));
    expect(await rowOf(other.id)).toEqual({ ...seen, state: 'stopped', look_at: null });
    expect(mails).toEqual([]);
  });

  test('that fails for one search goes on with the others, and for all of them is tried again as a whole', async () => {
    const [reader, city] = [await newReader(), town()];
    const broken = await saved(reader, { city }, 'Broken');
    await saved(reader, { city }, 'Whole');
    await placeIn(city, 'A hut');
    // As if a filter were gone that somebody once saved.
    const spoil = (id: string) =>
      env.DB.prepare(`UPDATE saved_search SET query = '{"q":"!"}' WHERE id = ?`).bind(id).run();
    await spoil(broken.id);
    const [mail, ...others] = await tomorrow();
    expect(others).toEqual([]);
    expect(mail?.text).toContain('New for “Whole”:\n\nA hut');
    expect(mail?.text).not.toContain('Broken');
    expect((await rowOf(broken.id)).look_at).toBeGreaterThan(now() + DAY - HOUR);

    await env.DB.prepare('UPDATE saved_search SET query = ?').bind('{"q":"!"}').run();
    later(DAY);
    const [message] = await start();
    const before = await everything();
    await expect(run(message)).rejects.toThrow('request.invalid');
    expect(await everything()).toEqual(before);
  });
});

describe('what there is more than is looked at', () => {
  const random = randomFrom(11);
  /** Of a town, in the order of their numbers, the greater the newer. */
  const write = (city: string, numbers: readonly number[]) =>
    writeLive(
      env.SEARCH_DB,
      numbers.map((number) => ({
        ...randomPlace(random, idOf(city, number)).row,
        ...{ city: fold(city), cells: JSON.stringify([ALL, cityKey(fold(city))]), published: 1_000 + number },
      })),
    );
  const bases = new Map<string, number>();
  const idOf = (city: string, number: number) => {
    if (!bases.has(city)) bases.set(city, 100_000 * (bases.size + 1));
    return (bases.get(city) ?? 0) + number;
  };
  const remove = (city: string, number: number) =>
    env.SEARCH_DB.prepare('UPDATE listing SET live = 0 WHERE id = ?')
      .bind(`prp_${String(idOf(city, number)).padStart(26, '0')}`)
      .run();
  const count = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
  const newOnes = (): number[] =>
    mails.splice(0).flatMap(({ news }: Json) => news.map(({ count: many }: Json) => many));
  const look = async () => {
    later(DAY);
    for (const message of await start()) await run(message);
    return newOnes();
  };

  test('is not new because what was newer went away', async () => {
    const [reader, city] = [await newReader(), town()];
    await write(city, count(0, 130));
    const { id } = await saved(reader, { city });
    const seen = JSON.parse((await rowOf(id)).seen);
    expect([seen.ids.length, seen.end[0]]).toEqual([100, 1_030]);

    for (const number of count(100, 120)) await remove(city, number);
    expect(await look()).toEqual([]);
    expect(JSON.parse((await rowOf(id)).seen).end[0]).toBe(1_010);
    await write(city, [200, 201]);
    expect(await look()).toEqual([2]);
    expect(await look()).toEqual([]);
    for (const number of count(60, 100)) await remove(city, number);
    expect(await look()).toEqual([]);
    // An old one that fits from now on, and lies within what was looked at.
    await remove(city, 40);
    expect(await look()).toEqual([]);
    await env.SEARCH_DB.prepare('UPDATE listing SET live = 1 WHERE published = 1040').run();
    expect(await look()).toEqual([1]);
  });

  test('is new when it is newer than all that was seen, be it more than a look reaches', async () => {
    const [reader, city] = [await newReader(), town()];
    await write(city, count(0, 5));
    await saved(reader, { city });
    await write(city, count(10, 150));
    expect(await look()).toEqual([100]);
    expect(await look()).toEqual([]);
  });
});

describe('what it costs', () => {
  test('to see what is due: a row for each that is, of more accounts than a statement has parameters for', async () => {
    const many = 95;
    const insert = env.DB.prepare(
      `INSERT INTO saved_search (id, account_id, name, query, seen, state, created_at, look_at)
       VALUES (?, ?, 'x', '{}', '{"ids":[],"end":null}', ?, 0, ?)`,
    );
    await env.DB.batch(
      Array.from({ length: many }, (_, n) => [
        insert.bind(`sav_${n}`, `usr_${n}`, 'watching', now() + DAY),
        insert.bind(`sav_${n}_stopped`, `usr_${n}`, 'stopped', null),
      ]).flat(),
    );
    const ctx = contextOf();
    expect(await startLooks(ctx)).toBe(0);
    expect(ctx.tally.rowsRead).toBeLessThanOrEqual(2);
    later(DAY);
    expect(new Set((await start()).map(({ accountId }) => accountId)).size).toBe(many);
    expect(await start()).toEqual([]);
    expect((await everything()).outbox).toEqual([]);
  });

  const costOf = async (work: (ctx: ReturnType<typeof contextOf>) => Promise<unknown>, as?: Json) => {
    const ctx = contextOf();
    await work(as ? { ...ctx, actor: as.actor } : ctx);
    const { d1Trips } = ctx.tally;
    await ctx.settle();
    return d1Trips;
  };

  test('to save a search: the estimate, the places and the commit, or without the first where nothing is named', async () => {
    const [reader, city] = [await newReader(), town()];
    await placeIn(city);
    const save = (query: object) => costOf((ctx) => saveSearch(ctx, { name: 'x', query }), reader);
    expect(await save({ city })).toBe(3);
    expect(await save({})).toBe(2);
    expect(await save({ checkIn: inDays(-9), checkOut: inDays(-8) })).toBe(1);
  });

  test('a look: a trip to read and one to write, and two for each search; nothing due, one for all', async () => {
    const [reader, city] = [await newReader(), town()];
    for (let n = 0; n < 3; n++) await saved(reader, { city });
    await placeIn(city);
    expect(await costOf(startLooks)).toBe(1);
    later(DAY);
    const [message] = await start();
    expect(await costOf((ctx) => lookForNew(ctx, message))).toBe(2 + 3 * 2);
    expect(await costOf((ctx) => lookForNew(ctx, message))).toBe(1);
    expect(mails).toHaveLength(1);
  });
});

describe('to save a search', () => {
  test('is refused where it says nothing, by the place of what is wrong with it', async () => {
    const reader = await newReader();
    const wrong = async (query: Json) => {
      const json = { name: 'Wrong', query };
      const { errors } = await refusedAs([400, 'request.invalid'], () =>
        ask('POST', '/v1/saved-searches', { as: reader, json }),
      );
      return errors.map((error: Json) => [error.in, error.pointer, error.code]);
    };
    expect(await wrong({ bbox: '1,2,3,1' })).toEqual([['body', '/query/bbox', 'inverted']]);
    expect(await wrong({ checkIn: inDays(3), priceMin: 2, priceMax: 1 })).toEqual([
      ['body', '/query/checkOut', 'required'],
      ['body', '/query/priceMax', 'max_below_min'],
    ]);
    expect(await wrong({ adults: '2' })).toEqual([['body', '/query/adults', 'invalid_type']]);
    expect(await wrong({ limit: 3, cursor: 'x', explain: 'true' })).toEqual(
      ['limit', 'cursor', 'explain'].map((name) => ['body', `/query/${name}`, 'unknown_field']),
    );
  });

  test('keeps the query as it was given, to be asked again', async () => {
    const reader = await newReader();
    const query = {
      ...{ near: '-1.29,36.82', radiusKm: 2.5, amenities: 'wifi,kitchen', adults: 2, instant: 'true' },
      ...{ sort: 'distance', minRating: 4.5, checkIn: inDays(9), checkOut: inDays(12), flexDays: 2 },
    };
    const made = await saved(reader, query, 'Near the park');
    expect(made).toEqual({
      ...{ id: expect.stringMatching(/^sav_/), name: 'Near the park', query, state: 'watching' },
      ...{ createdAt: expect.stringMatching(/Z$/), toldAt: null },
    });
    expect(await listOf(reader)).toEqual([made]);
    expect(await listOf(await newReader())).toEqual([]);
  });

  test('goes twenty times for one account, also when asked for at once, and again when one is deleted', async () => {
    const [reader, other] = [await newReader(), await newReader()];
    const one = await saved(reader, { city: 'x' });
    const json = { name: 'Many', query: { city: 'x' } };
    const save = () => ask('POST', '/v1/saved-searches', { as: reader, json });
    const answers = await Promise.all(Array.from({ length: 25 }, save));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(19);
    for (const { status, body } of answers.filter((answer) => answer.status !== 201))
      expect([status, body.code]).toEqual([409, 'saved_searches.too_many']);
    await refusedAs([409, 'saved_searches.too_many'], save);
    await saved(other, { city: 'x' });
    expect((await ask('DELETE', `/v1/saved-searches/${one.id}`, { as: reader })).status).toBe(204);
    expect((await save()).status).toBe(201);

    const first = (await ask('GET', '/v1/saved-searches?limit=15', { as: reader })).body;
    const rest = (await ask('GET', `/v1/saved-searches?limit=15&cursor=${first.nextCursor}`, { as: reader }))
      .body;
    expect([first.data.length, rest.data.length, rest.nextCursor]).toEqual([15, 5, null]);
    expect(new Set([...first.data, ...rest.data].map(({ id }: Json) => id)).size).toBe(20);
  });
});

describe('to delete one', () => {
  test('is for its owner alone', async () => {
    const [reader, other, city] = [await newReader(), await newReader(), town()];
    const { id } = await saved(reader, { city });
    await refusedAs([404, 'saved_searches.not_found'], () =>
      ask('DELETE', `/v1/saved-searches/${id}`, { as: other }),
    );
    expect((await ask('DELETE', `/v1/saved-searches/${id}`, { as: reader })).status).toBe(204);
    await refusedAs([404, 'saved_searches.not_found'], () =>
      ask('DELETE', `/v1/saved-searches/${id}`, { as: reader }),
    );
    await placeIn(city);
    expect(await tomorrow()).toEqual([]);
  });
});
