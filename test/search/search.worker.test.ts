import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { DEFAULT_RULES } from '../../src/book/schemas.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { indexProperties } from '../../src/search/index-properties.ts';
import { searchJobs } from '../../src/search/jobs.ts';
import { writeLive, writeSold } from '../../src/search/write-index.ts';
import { advance, confirmed, quoteFor, turnBack } from '../bookings/ground.ts';
import {
  answer,
  ask,
  callBy,
  contextOf,
  newGuest,
  newHost,
  PRIVATE,
  published,
} from '../properties/places.ts';
import { person } from '../worker/people.ts';
import { randomFrom, randomPlace } from './random-places.ts';

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire
type Json = any;

const FRESH = { headers: { 'cache-control': 'no-cache' } };
const search = (query: string): Promise<Json> => answer('GET', `/v1/search?${query}`, FRESH);
const idsOf = async (query: string) => (await search(query)).data.map(({ id }: Json) => id);
const index = (...ids: string[]) =>
  indexProperties(
    contextOf(),
    ids.map((propertyId) => ({ propertyId })),
  );
const rowsOf = async (id: string) =>
  (
    await env.SEARCH_DB.batch([
      env.SEARCH_DB.prepare('SELECT * FROM listing WHERE id = ?').bind(id),
      env.SEARCH_DB.prepare('SELECT * FROM place WHERE id = ?').bind(id),
      env.SEARCH_DB.prepare('SELECT * FROM tally ORDER BY key'),
    ])
  ).map(({ results }) => results);
const inDays = (days: number) => addNights(new Date().toISOString().slice(0, 10) as Night, days);
const town = () => `Town ${crypto.randomUUID().slice(0, 8)}`;
const placeIn = (city: string, changes: object = {}) => ({
  ...{ address: { line1: 'A road 1', city, country: 'KE' }, ...changes },
});

async function placed(changes: object = {}) {
  const [host, city] = [await newHost(), town()];
  const { id } = await published(host, placeIn(city, changes));
  await env.BOOKS.getByName(id).putRules(
    callBy(host),
    { ...(await answer('GET', `/v1/properties/${id}/rules`)), bookingMode: 'instant' },
    '*',
  );
  await index(id);
  return { host, city, id, at: `city=${encodeURIComponent(city)}` };
}

describe('what is found', () => {
  test('a published place, as the public may know it, and by the words that describe it', async () => {
    const { id, city, at } = await placed({ title: 'Café under tall trees' });
    const page = await search(at);
    expect(page.data).toHaveLength(1);
    expect(page.data[0]).toMatchObject({
      id,
      city,
      country: 'KE',
      nightly: { amount: 850_000, currency: 'KES' },
    });
    for (const secret of PRIVATE) expect(JSON.stringify(page)).not.toContain(secret);
    for (const q of ['cafe', 'CAFÉ tal', 'jetty', '"wi-fi" OR*'])
      expect(await idsOf(`${at}&q=${encodeURIComponent(q)}`), q).toEqual(q.includes('OR') ? [] : [id]);
    expect(await idsOf(`${at}&q=%25`.replace('%25', 'wi%25fi'))).toEqual([id]);
  });

  test('by a name as people type it who have fewer letters', async () => {
    const own = crypto.randomUUID().slice(0, 6);
    for (const [name, ...typed] of [
      ['København', 'kobenhavn', 'KØBENHAVN'],
      ['Łódź', 'lodz', 'Lódź'],
      ['Straßburg', 'strassburg', 'STRASSBURG'],
      ['Đà Nẵng', 'da nang'],
      ["L'Aquila", 'l’aquila', 'L Aquila'],
      ['Zürich-Dorf', 'zurich dorf'],
    ]) {
      const { id } = await published(await newHost(), placeIn(`${name} ${own}`));
      await index(id);
      for (const city of typed) {
        expect(await idsOf(new URLSearchParams({ city: `${city} ${own}` }).toString()), city).toEqual([id]);
        expect(await idsOf(new URLSearchParams({ q: `${city} ${own}` }).toString()), city).toEqual([id]);
      }
    }
  });

  test('for dates, at the total that a quote has', async () => {
    const { id, at } = await placed();
    const [checkIn, checkOut] = [inDays(20), inDays(23)];
    const [hit] = (await search(`${at}&checkIn=${checkIn}&checkOut=${checkOut}&adults=2`)).data;
    const quote = await answer('POST', `/v1/properties/${id}/quotes`, {
      json: { checkIn, checkOut, guests: { adults: 2 } },
    });
    expect(hit.total).toEqual(quote.total);
  });

  test('a booking takes its nights out of search within two seconds, and nobody could book by an old page', async () => {
    const { id, at } = await placed();
    const dates = `${at}&checkIn=${inDays(30)}&checkOut=${inDays(32)}`;
    const old = await answer('GET', `/v1/search?${dates}`);
    expect(old.data).toHaveLength(1);
    await confirmed(await newGuest(), id, inDays(30));
    const startedAt = performance.now();
    expect((await answer('GET', `/v1/search?${dates}`)).data).toEqual(old.data);
    await expect(quoteFor(id, inDays(30), 2)).rejects.toThrow();
    await vi.waitFor(async () => expect(await idsOf(dates)).toEqual([]), { timeout: 2_000, interval: 20 });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(await idsOf(`${at}&checkIn=${inDays(32)}&checkOut=${inDays(34)}`)).toEqual([id]);
    const flexible = await search(`${dates}&flexDays=3`);
    expect(flexible.data[0]).toMatchObject({ id, checkIn: inDays(28), checkOut: inDays(30) });
  });

  test('a page from before a booking is shown for less than a minute', async () => {
    const { id, at } = await placed();
    const dates = `${at}&checkIn=${inDays(40)}&checkOut=${inDays(42)}`;
    const shown = async () => (await answer('GET', `/v1/search?${dates}`)).data.length;
    expect(await shown()).toBe(1);
    await confirmed(await newGuest(), id, inDays(40));
    await index(id);
    expect(await shown()).toBe(1);
    try {
      advance(59_000);
      expect(await shown()).toBe(0);
    } finally {
      turnBack();
    }
  });

  test('what is not let any more is not found, whatever is told of it later', async () => {
    const { host, id, at } = await placed();
    expect(await idsOf(at)).toEqual([id]);
    await answer('POST', `/v1/properties/${id}/unpublish`, { as: host });
    await index(id);
    expect(await idsOf(at)).toEqual([]);
    await answer('POST', `/v1/properties/${id}/publish`, { as: host });
    await index(id);
    expect(await idsOf(at)).toEqual([id]);
  });
});

describe('the index', () => {
  const random = randomFrom(7);
  const listed = () => randomPlace(random, random.int(1e6, 9e6)).row;

  test('is the same however often and in whatever order it is told', async () => {
    const old = listed();
    const later = { ...old, version: 2, nightly: old.nightly + 1, as_of: 2, bedrooms: 77 };
    await writeLive(env.SEARCH_DB, [later]);
    const known = await rowsOf(old.id);
    expect(known[0]?.[0]).toMatchObject({ bedrooms: 77, version: 2 });
    for (const rows of [[old], [later], [{ ...later, as_of: 1, bedrooms: 1 }]]) {
      await writeLive(env.SEARCH_DB, rows);
      expect(await rowsOf(old.id)).toEqual(known);
    }
    expect(await writeSold(env.SEARCH_DB, [old], [])).toEqual([old.id]);
    expect(await rowsOf(old.id)).toEqual(known);
    const gone = { id: old.id, epoch: 1, version: 3 };
    await writeSold(env.SEARCH_DB, [], [gone]);
    await writeLive(env.SEARCH_DB, [later]);
    expect((await rowsOf(old.id))[1]).toEqual([]);
    expect((await rowsOf(old.id))[0]?.[0]).toMatchObject({ live: 0, card: null, version: 3 });
  });

  test('asks again where the book was told of later and the description was not', async () => {
    const { host, id, at } = await placed();
    const ctx = contextOf();
    const readForSearch = async (call: never) => {
      const answered = await ctx.books.of(id).readForSearch(call);
      await env.BOOKS.getByName(id).putRules(callBy(host), { ...DEFAULT_RULES, minNights: 2 }, '*');
      await index(id);
      return answered;
    };
    const slow = { ...ctx, books: { of: () => ({ readForSearch }) } } as unknown as typeof ctx;
    const message = { kind: 'content', propertyId: id };
    expect(await indexProperties(slow, [message])).toEqual([expect.any(Error)]);
    expect((await rowsOf(id))[0]?.[0]).toMatchObject({ min_nights: 2 });
    expect(await indexProperties(contextOf(), [message])).toEqual([null]);
    expect(await idsOf(at)).toEqual([id]);
  });

  test('is told of all others where one message says nothing', async () => {
    const { host, id, at } = await placed();
    await answer('POST', `/v1/properties/${id}/unpublish`, { as: host });
    const answers = await indexProperties(contextOf(), [{ propertyId: 5 }, { propertyId: id }, null]);
    expect(answers).toEqual([expect.any(Error), null, expect.any(Error)]);
    expect(await idsOf(at)).toEqual([]);
  });

  test('takes one trip for a change of a book, and three for a hundred of all kinds', async () => {
    const { id } = await placed();
    const one = contextOf();
    expect(await indexProperties(one, [{ propertyId: id }])).toEqual([null]);
    expect(one.tally).toMatchObject({ d1Trips: 1, bookHops: 1 });
    const many = contextOf();
    const messages = Array.from({ length: 100 }, (_, at) => ({
      propertyId: id,
      kind: at % 3 === 0 ? 'content' : 'book',
    }));
    expect(await indexProperties(many, messages)).toEqual(messages.map(() => null));
    expect(many.tally.d1Trips).toBeLessThanOrEqual(3);
  });

  test('tells what a host changes of the description', async () => {
    const { host, id, at } = await placed();
    await answer('PATCH', `/v1/properties/${id}`, {
      as: host,
      json: { title: 'A lighthouse' },
      headers: { 'if-match': '*' },
    });
    await vi.waitFor(async () => expect(await idsOf(`${at}&q=lighthouse`)).toEqual([id]), { timeout: 5_000 });
  });

  test('is made anew from what is true, while it is searched, and loses what is astray', async () => {
    const { id, at } = await placed();
    await env.SEARCH_DB.batch([
      env.SEARCH_DB.prepare('UPDATE listing SET score = -1, taken = ? WHERE id = ?').bind(
        '1'.repeat(900),
        id,
      ),
      env.SEARCH_DB.prepare('DELETE FROM place WHERE id = ?').bind(id),
    ]);
    const stray = { ...listed(), id: `prp_${'0'.repeat(25)}1` };
    await writeLive(env.SEARCH_DB, [stray]);
    let message: Json = { id: 'out_1', kind: 'reindex', after: '', done: 0 };
    const jobs: Json[] = [];
    while (message) {
      const ctx = { ...contextOf(), drain: async (rows: readonly Json[]) => void jobs.push(...rows) };
      await searchJobs.reindex?.(ctx, message);
      expect(await idsOf(at)).toEqual([id]);
      message = jobs.pop()?.message;
    }
    expect(await idsOf(`${at}&checkIn=${inDays(9)}&checkOut=${inDays(11)}`)).toEqual([id]);
    expect((await rowsOf(id))[1]).toHaveLength(1);
    expect((await rowsOf(stray.id))[0]).toEqual([]);
  });
});

test('what D1 does not know any more after it was restored leaves the index when it is made anew as restored', async () => {
  const { id, at } = await placed({ title: 'As it was' });
  const change =
    "UPDATE listing SET as_of = 1e9, version = 1e9, card = json_set(card, '$.title', 'As it became')";
  await env.SEARCH_DB.prepare(`${change} WHERE id = ?`).bind(id).run();
  const titles = async () => (await search(at)).data.map(({ title }: Json) => title);
  const message = { id: 'out_1', kind: 'reindex', after: `${id.slice(0, -1)}!`, done: 0 };
  const ctx = { ...contextOf(), drain: async () => {} };

  await searchJobs.reindex?.(ctx, message).catch(() => {});
  expect(await titles()).toEqual(['As it became']);
  await searchJobs.reindex?.(ctx, { ...message, restored: true });
  expect(await titles()).toEqual(['As it was']);
});

describe('what it costs', () => {
  const LISTINGS = 3_000;
  let staff: Awaited<ReturnType<typeof person>>;
  beforeAll(async () => {
    staff = await person(`staff-${crypto.randomUUID()}`, { roles: ['staff'], mfa: true });
    const random = randomFrom(11);
    const rows = Array.from({ length: LISTINGS }, (_, at) => randomPlace(random, at).row);
    for (let at = 0; at < LISTINGS; at += 500) await writeLive(env.SEARCH_DB, rows.slice(at, at + 500));
  });
  const explained = async (query: string): Promise<Json> =>
    (await answer('GET', `/v1/search?${query}&explain=true`, { as: staff })).explain;

  test('no more rows than a fifth above what is looked at, and a page; two trips; no more for dates', async () => {
    const dates = 'checkIn=2027-06-01&checkOut=2027-06-04&adults=2';
    const places = [
      'bbox=36.5,-1.5,36.9,-1.1',
      'near=50.94,6.96&radiusKm=15',
      'bbox=179.5,-18,-179.5,-17',
      'city=kyoto',
      'q=koln',
    ];
    for (const place of places) {
      const plain = await explained(place);
      expect(plain.plan, place).not.toBe('walk');
      expect(plain.trips).toBeLessThanOrEqual(2);
      const { total, complete } = await answer('GET', `/v1/search/facets?${place}`);
      expect(complete).toBe(true);
      expect(plain.rowsRead, place).toBeLessThanOrEqual(1.2 * total + 20);
      const dated = await explained(`${place}&${dates}`);
      expect(dated.rowsRead, 'dates add nothing').toBeLessThanOrEqual(plain.rowsRead + 20);
      expect(total).toBeGreaterThan(50);
    }
  });

  test('the whole world is walked in order, at the same cost on every page', async () => {
    const query = 'bbox=-180,-90,180,90&sort=price&limit=20';
    const costs: number[] = [];
    let cursor = '';
    const seen = new Set<string>();
    for (let page = 0; page < 60; page++) {
      const { data, nextCursor, explain } = await answer('GET', `/v1/search?${query}&explain=true${cursor}`, {
        as: staff,
      });
      for (const { id } of data) {
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
      costs.push(explain.rowsRead);
      expect(explain).toMatchObject({ plan: 'walk' });
      cursor = `&cursor=${nextCursor}`;
    }
    expect(Math.max(...costs)).toBeLessThanOrEqual(Math.min(...costs) + 5);
    expect(Math.max(...costs)).toBeLessThanOrEqual(100);
  });

  test('every place is met once on the way through all pages, though nights are booked meanwhile', async () => {
    const query = 'city=nairobi&limit=15&sort=rating&checkIn=2027-05-11&checkOut=2027-05-13';
    const before = new Set<string>();
    const walk = async (onPage: () => Promise<void>) => {
      const met: string[] = [];
      let cursor = '';
      do {
        const { data, nextCursor } = await search(`${query}${cursor}`);
        met.push(...data.map(({ id }: Json) => id));
        cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
        await onPage();
      } while (cursor !== '');
      return met;
    };
    for (const id of await walk(async () => {})) before.add(id);
    const taken = new Set<string>();
    const met = await walk(async () => {
      const id = [...before][taken.size * 9 + 5];
      if (id === undefined) return;
      taken.add(id);
      const booked = `taken = '${'1'.repeat(300)}'`;
      await env.SEARCH_DB.prepare(`UPDATE listing SET ${booked} WHERE id = ?`).bind(id).run();
    });
    expect(new Set(met).size).toBe(met.length);
    expect([...before].filter((id) => !taken.has(id) && !met.includes(id))).toEqual([]);
    expect(taken.size).toBeGreaterThan(3);
  });

  test('a page that is kept costs one read of KV at most, and none a moment later', async () => {
    const query = 'country=JP&sort=rating&limit=3';
    const twin = 'limit=3&sort=rating&country=JP';
    const lines: Json[] = [];
    const log = vi
      .spyOn(console, 'log')
      .mockImplementation((line: string) => void lines.push(JSON.parse(line)));
    const first = await ask('GET', `/v1/search?${query}`);
    const again = await ask('GET', `/v1/search?${twin}`);
    const tag = again.headers.get('etag') as string;
    const same = await ask('GET', `/v1/search?${twin}`, { headers: { 'if-none-match': tag } });
    log.mockRestore();
    expect(await again.text()).toBe(await first.text());
    expect(same.status).toBe(304);
    const costs = lines.filter(({ event }) => event === 'request');
    expect(costs.map(({ d1Trips, kvReads }) => [d1Trips, kvReads])).toEqual([
      [2, 1],
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('what is refused, and where', () => {
  const CASES: [string, string, string?][] = [
    ['bbox=1,2,3', '/bbox'],
    ['bbox=NaN,0,1,1', '/bbox'],
    ['bbox=0,10,1,5', '/bbox', 'inverted'],
    ['bbox=0,0,181,1', '/bbox', 'beyond_the_earth'],
    ['near=91,0', '/near', 'beyond_the_earth'],
    ['near=1,1&radiusKm=1000000000', '/radiusKm'],
    ['near=1,1&radiusKm=NaN', '/radiusKm'],
    ['near=1,1&radiusKm=-1', '/radiusKm'],
    ['radiusKm=5', '/radiusKm', 'near_required'],
    ['near=1,1&bbox=0,0,1,1', '/near', 'two_places'],
    ['sort=distance', '/sort', 'near_required'],
    ['sort=best', '/sort'],
    [`amenities=${Array(1_000).fill('wifi').join(',')}`, '/amenities'],
    ['amenities=wifi,moat', '/amenities'],
    ['q=%22', '/q', 'no_words'],
    ['q=*', '/q', 'no_words'],
    [`q=${'a'.repeat(10_240)}`, '/q'],
    ['q=a+b+c+d+e+f+g+h+i', '/q', 'too_many_words'],
    ['checkIn=2027-02-30&checkOut=2027-03-02', '/checkIn'],
    ['checkIn=2027-03-02', '/checkOut', 'required'],
    ['checkIn=2027-03-02&checkOut=2027-03-02', '/checkOut', 'stay_without_night'],
    ['flexDays=2', '/flexDays', 'stay_required'],
    ['flexDays=8&checkIn=2027-03-02&checkOut=2027-03-04', '/flexDays'],
    ['priceMin=10&priceMax=9', '/priceMax', 'max_below_min'],
    ['priceMin=1e400', '/priceMin'],
    ['priceMax=', '/priceMax'],
    ['children=', '/children'],
    ['minRating=%20', '/minRating'],
    ['limit=0x10', '/limit'],
    ['limit=', '/limit'],
    ['currency=XXX', '/currency'],
    ['minRating=5.5', '/minRating'],
    ['adults=0', '/adults'],
    ['limit=101', '/limit'],
    ['cursor=x', '/cursor', 'invalid_cursor'],
    ['colour=red', '/colour', 'unknown_field'],
  ];

  test.each(CASES)('%s', async (query, pointer, code) => {
    const response = await ask('GET', `/v1/search?${query}`);
    const problem = (await response.json()) as Json;
    expect(response.status, JSON.stringify(problem)).toBe(400);
    expect(problem.errors[0]).toMatchObject({ pointer, ...(code && { code }) });
  });

  test('a cursor of another query, of another order, or cut', async () => {
    const { nextCursor } = await search('country=KE&limit=1');
    expect((await search(`country=KE&limit=1&cursor=${nextCursor}`)).data).toHaveLength(1);
    const [content, mac] = nextCursor.split('.');
    for (const query of [
      `country=DE&limit=1&cursor=${nextCursor}`,
      `country=KE&limit=1&sort=price&cursor=${nextCursor}`,
      `country=KE&limit=1&cursor=${nextCursor.slice(0, -1)}`,
      `country=KE&limit=1&cursor=${content.slice(0, -2)}.${mac}`,
    ]) {
      const response = await ask('GET', `/v1/search?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ pointer: '/cursor' }] });
    }
  });

  test('what is unknown is named, and not what is known', async () => {
    const problem = (await (
      await ask('GET', '/v1/search?amenities=wifi,moat&types=house,castle&bbox=1,2')
    ).json()) as Json;
    expect(problem.errors.map(({ pointer, message }: Json) => [pointer, message])).toEqual([
      ['/bbox', 'has to be west,south,east,north'],
      ['/amenities', 'knows no “moat”'],
      ['/types', 'knows no “castle”'],
    ]);
  });

  test('to explain is for staff', async () => {
    for (const as of [undefined, await newGuest()]) {
      const response = await ask('GET', '/v1/search?explain=true', { as });
      expect(response.status).toBe(as ? 403 : 401);
    }
  });

  test('what SQL takes for more than itself is nothing but itself', async () => {
    const { id, at, city } = await placed({ title: "O'Neil_100%" });
    for (const q of ["o'neil", '100%', 'neil_100', "'; DROP TABLE listing; --oneil"])
      expect(await idsOf(`${at}&q=${encodeURIComponent(q)}`), q).toEqual(q.includes('DROP') ? [] : [id]);
    expect(await idsOf(`city=${encodeURIComponent(`${city.slice(0, -1)}_`)}`)).toEqual([]);
    expect((await ask('GET', '/v1/search?city=%25')).status).toBe(400);
  });
});

describe('facets', () => {
  test('say what stays cost where there are dates, as the filter by price does', async () => {
    const { at } = await placed();
    const query = `${at}&checkIn=${inDays(20)}&checkOut=${inDays(23)}&adults=2&currency=KES`;
    const [{ total }] = (await search(query)).data;
    const { price } = await answer('GET', `/v1/search/facets?${query}`, FRESH);
    expect(price).toEqual({ currency: 'KES', min: total.amount, median: total.amount, max: total.amount });
    expect(await idsOf(`${query}&priceMax=${total.amount}`)).toHaveLength(1);
    expect(await idsOf(`${query}&priceMax=${total.amount - 1}`)).toEqual([]);
  });

  test('count what fits, each kind by itself', async () => {
    const { at } = await placed({ amenities: ['wifi', 'pool'] });
    const facets = await answer('GET', `/v1/search/facets?${at}`, FRESH);
    expect(facets).toEqual({
      total: 1,
      complete: true,
      types: { house: 1 },
      amenities: { pool: 1, wifi: 1 },
      policies: { moderate: 1 },
      bookingModes: { instant: 1 },
      bedrooms: { 2: 1 },
      price: { currency: 'USD', min: 6589, median: 6589, max: 6589 },
    });
  });
});
