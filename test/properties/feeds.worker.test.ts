import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { nightAt } from '../../src/kernel/zone.ts';
import { createForeign } from '../../src/platform/foreign.ts';
import { propertyJobs } from '../../src/properties/jobs.ts';
import { sweepFeeds } from '../../src/properties/sweep-feeds.ts';
import {
  answer,
  ask,
  contextOf,
  draft,
  help,
  type Json,
  jobs,
  newGuest,
  newHost,
  type Person,
} from './places.ts';

const MINUTE = 60_000;
const today = nightAt(Date.now(), 'Africa/Nairobi').night;
const on = (days: number): Night => addNights(today, days);
const day = (days: number) => on(days).replaceAll('-', '');
const event = (uid: string, from: number, to: number, more = '') =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTART;VALUE=DATE:${day(from)}\r\nDTEND;VALUE=DATE:${day(to)}\r\n${more}END:VEVENT\r\n`;
const calendar = (...events: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n${events.join('')}END:VCALENDAR\r\n`;
const ADDRESS = 'https://calendars.roost-host.com/ical/1.ics?s=secret-of-the-address';

const at = (propertyId: string, rest = '') => `/v1/properties/${propertyId}/feeds${rest}`;
const add = (as: Person, propertyId: string, url = ADDRESS): Promise<Json> =>
  answer('POST', at(propertyId), { as, json: { url, name: 'Airbnb' } });
const list = async (as: Person, propertyId: string): Promise<Json[]> =>
  (await answer('GET', at(propertyId), { as })).data;
const rowOf = (id: string) => env.DB.prepare('SELECT * FROM feed WHERE id = ?').bind(id).first<Json>();
const headOf = async (propertyId: string) => (await env.BOOKS.getByName(propertyId).head()).version;
/** The nights that feeds take, as the host's calendar shows them. */
async function takenNights(host: Person, propertyId: string): Promise<number[]> {
  const path = `/v1/properties/${propertyId}/calendar?from=${on(0)}&to=${on(60)}`;
  const { data } = await answer('GET', path, { as: host });
  return data.flatMap(({ cause }: Json, index: number) => (cause === 'imported' ? [index] : []));
}
const visitsOf = (feedId: string) => jobs.filter((one) => one.kind === 'visit_feed' && one.feedId === feedId);

type Served = { body?: string | Uint8Array<ArrayBuffer>; status?: number; headers?: Record<string, string> };
/** Another platform: what it serves, and every address that was asked for. */
function platform(serve: (url: string, request: Request) => Served | Promise<Served>) {
  const asked: string[] = [];
  const conditions: (string | null)[] = [];
  const foreign = createForeign({
    resolve: async () => ['93.184.216.34'],
    fetch: async (url, init) => {
      const request = new Request(url, init);
      asked.push(url);
      conditions.push(request.headers.get('if-none-match'));
      const { body = '', status = 200, headers = {} } = await serve(url, request);
      return new Response(status === 304 ? null : body, { status, headers });
    },
  });
  return { asked, conditions, foreign };
}
const serving = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  platform(() => ({ body, headers }));

type Around = { foreign?: ReturnType<typeof platform>['foreign']; later?: number };
const job = async (kind: string, message: Json, { foreign, later = 0 }: Around = {}) => {
  const ctx = contextOf();
  const actor = { kind: 'system', job: 'queue:jobs' } as const;
  const clock = { now: () => Date.now() + later };
  await propertyJobs[kind]?.({ ...ctx, actor, clock, foreign: foreign ?? ctx.foreign }, message);
  await ctx.settle();
};
const visit = (feed: Json, propertyId: string, around: Around) =>
  job('visit_feed', { id: 'out_x', kind: 'visit_feed', propertyId, feedId: feed.id }, around);

/** No row, no message, and nothing asked of anybody. */
async function refused(attempt: () => Promise<Response>): Promise<[number, string]> {
  const state = async () =>
    Promise.all(
      ['feed', 'audit', 'outbox'].map(
        async (name) => (await env.DB.prepare(`SELECT * FROM ${name}`).all()).results,
      ),
    );
  const [before, sent] = [await state(), jobs.length];
  const response = await attempt();
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(await state(), 'nothing happened').toEqual(before);
  expect(jobs.length).toBe(sent);
  return [response.status, ((await response.json()) as Json).code];
}

describe('a feed that a host adds', () => {
  test('is visited by the queue at once and takes its nights; its address is told to nobody', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    expect(feed).toEqual({
      id: expect.stringMatching(/^fdb_/),
      name: 'Airbnb',
      host: 'calendars.roost-host.com',
      blocks: 0,
      conflicts: [],
      problem: null,
      lastSyncedAt: null,
      nextSyncAt: expect.any(String),
      createdAt: expect.any(String),
    });
    const [message] = visitsOf(feed.id);
    const { asked, foreign } = serving(calendar(event('a', 3, 5), event('b', 10, 11)), { etag: '"1"' });
    await job('visit_feed', message, { foreign });
    expect(asked).toEqual([ADDRESS]);
    expect(await takenNights(host, place.id)).toEqual([3, 4, 10]);
    const [shown] = await list(host, place.id);
    expect(shown).toMatchObject({ id: feed.id, blocks: 2, problem: null, lastSyncedAt: expect.any(String) });
    expect(Date.parse(shown.nextSyncAt) - Date.parse(shown.lastSyncedAt)).toBe(30 * MINUTE);

    const written = JSON.stringify([await rowOf(feed.id), message, shown, feed]);
    for (const secret of ['secret-of-the-address', '/ical/1.ics']) expect(written).not.toContain(secret);
  });

  test('is visited twice by a message that comes twice, and the second changes nothing', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    const { foreign } = serving(calendar(event('a', 3, 5)), { etag: '"1"' });
    await visit(feed, place.id, { foreign });
    const [version, nights] = [await headOf(place.id), await takenNights(host, place.id)];
    const { nextSyncAt: _, lastSyncedAt: __, ...before } = (await list(host, place.id))[0];
    await visit(feed, place.id, { foreign });
    expect(await headOf(place.id)).toBe(version);
    expect(await takenNights(host, place.id)).toEqual(nights);
    expect((await list(host, place.id))[0]).toMatchObject(before);
  });

  test('that has not changed is not read again on the same day, and is on the next', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    const { foreign, conditions } = platform((_, request) =>
      request.headers.get('if-none-match') === '"7"'
        ? { status: 304 }
        : { body: calendar(event('a', 3, 5)), headers: { etag: '"7"' } },
    );
    await visit(feed, place.id, { foreign });
    const version = await headOf(place.id);
    await env.DB.prepare('UPDATE feed SET failures = 2, problem = ? WHERE id = ?')
      .bind('feeds.timeout', feed.id)
      .run();
    await visit(feed, place.id, { foreign });
    await visit(feed, place.id, { foreign, later: 24 * 60 * MINUTE });
    expect(conditions).toEqual([null, '"7"', null]);
    expect(await headOf(place.id)).toBe(version);
    expect(await rowOf(feed.id)).toMatchObject({ failures: 0, problem: null, etag: '"7"', block_count: 1 });
  });

  test('gives up the nights that it no longer has, and only its own', async () => {
    const host = await newHost();
    const place = await draft(host);
    const [one, two] = [await add(host, place.id), await add(host, place.id, `${ADDRESS}&2`)];
    await visit(one, place.id, serving(calendar(event('a', 3, 5), event('b', 7, 8))));
    await visit(two, place.id, serving(calendar(event('c', 20, 21))));
    await visit(one, place.id, serving(calendar(event('b', 7, 8))));
    expect(await takenNights(host, place.id)).toEqual([7, 20]);
  });

  test('is read whole after two visits at the same time', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    const { foreign } = platform(async () => {
      await visit(feed, place.id, serving(calendar(event('new', 8, 9)), { etag: '"new"' }));
      return { body: calendar(event('old', 3, 4)), headers: { etag: '"old"' } };
    });
    await visit(feed, place.id, { foreign });
    expect((await rowOf(feed.id)).etag).toBeNull();
  });

  test('can be read from the sandbox, so that a developer can play another platform', async () => {
    const host = await newHost();
    const place = await draft(host);
    const name = crypto.randomUUID();
    const put = (body: string) =>
      ask('PUT', `/sandbox/feeds/${name}.ics`, { body, headers: { 'content-type': 'text/calendar' } });
    expect((await put(calendar(event('a', 1, 2)))).status).toBe(204);
    const feed = await add(host, place.id, `http://sandbox/sandbox/feeds/${name}.ics`);
    await visit(feed, place.id, {});
    expect(await takenNights(host, place.id)).toEqual([1]);
    await put(calendar(event('a', 1, 2), event('b', 5, 6)));
    await visit(feed, place.id, {});
    expect(await takenNights(host, place.id)).toEqual([1, 5]);
  });
});

describe('a feed that is refused', () => {
  test('has an address that is not public', async () => {
    const host = await newHost();
    const place = await draft(host);
    const addresses = {
      'http://169.254.169.254/latest/meta-data/': 'scheme',
      'https://169.254.169.254/latest/meta-data/': 'ip_literal',
      'https://[::1]/a.ics': 'ip_literal',
      'https://2852039166/': 'ip_literal',
      'http://calendars.roost-host.com/1.ics': 'scheme',
      'https://localhost/a.ics': 'internal_name',
      'https://metadata.google.internal/': 'internal_name',
      'https://user:pw@calendars.roost-host.com/': 'user_info',
      'https://calendars.roost-host.com:8443/': 'port',
      'file:///etc/passwd': 'malformed',
      'http://sandbox.roost-host.com/sandbox/feeds/a.ics': 'scheme',
    };
    for (const [url, code] of Object.entries(addresses)) {
      const json = { url, name: 'x' };
      const attempt = () => ask('POST', at(place.id), { as: host, json });
      expect(await refused(attempt), url).toEqual([422, 'url.not_allowed']);
      expect(((await (await attempt()).json()) as Json).errors[0], url).toMatchObject({
        code,
        pointer: '/url',
      });
    }
    for (const json of [
      { url: '', name: 'x' },
      { url: ADDRESS },
      { url: ADDRESS, name: ' ' },
      { url: 'x'.repeat(2049), name: 'x' },
    ]) {
      expect(await refused(() => ask('POST', at(place.id), { as: host, json }))).toEqual([
        400,
        'request.invalid',
      ]);
    }
  });

  test('is known already, or is one too many', async () => {
    const host = await newHost();
    const [place, other] = [await draft(host), await draft(host)];
    await add(host, place.id);
    const again = (url: string) => () =>
      ask('POST', at(place.id), { as: host, json: { url, name: 'Again' } });
    expect(await refused(again(ADDRESS))).toEqual([409, 'feeds.known_already']);
    expect(await refused(again(`${ADDRESS}#part`)), 'a part of a file is that file').toEqual([
      409,
      'feeds.known_already',
    ]);
    await add(host, other.id);

    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, n) =>
        ask('POST', at(place.id), { as: host, json: { url: `${ADDRESS}&n=${n}`, name: `${n}` } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(19);
    expect(await refused(again(`${ADDRESS}&n=99`))).toEqual([409, 'feeds.too_many']);
    const first = await answer('GET', `${at(place.id)}?limit=15`, { as: host });
    const rest = await answer('GET', `${at(place.id)}?limit=15&cursor=${first.nextCursor}`, { as: host });
    expect([first.data.length, rest.data.length, rest.nextCursor]).toEqual([15, 5, null]);
    expect(new Set([...first.data, ...rest.data].map(({ id }) => id)).size).toBe(20);
    expect((await ask('GET', `${at(other.id)}?cursor=${first.nextCursor}`, { as: host })).status).toBe(400);
  });

  test('is not the caller’s to keep', async () => {
    const [host, guest, staff] = [await newHost(), await newGuest(), await newHost('staff')];
    const place = await draft(host);
    const feed = await add(host, place.id);
    const requests = (as: Person | undefined) => [
      () => ask('POST', at(place.id), { as, json: { url: `${ADDRESS}&mine`, name: 'Mine' } }),
      () => ask('GET', at(place.id), { as }),
      () => ask('DELETE', at(place.id, `/${feed.id}`), { as }),
      () => ask('POST', at(place.id, `/${feed.id}/sync`), { as }),
    ];
    const helper = await newGuest('helper');
    await help(host, place.id, helper, 'messages');
    for (const attempt of requests(undefined)) expect(await refused(attempt)).toEqual([401, 'auth.required']);
    for (const somebody of [guest, staff])
      for (const attempt of requests(somebody))
        expect(await refused(attempt)).toEqual([404, 'properties.not_found']);
    for (const attempt of requests(helper))
      expect(await refused(attempt)).toEqual([403, 'properties.forbidden']);
    await help(host, place.id, helper, 'calendar');
    expect(await list(helper, place.id)).toHaveLength(1);
    await add(helper, place.id, `${ADDRESS}&theirs`);

    const other = await draft(host);
    for (const [method, rest] of [
      ['DELETE', ''],
      ['POST', '/sync'],
    ] as const) {
      const attempt = () => ask(method, at(other.id, `/${feed.id}${rest}`), { as: host });
      expect(await refused(attempt)).toEqual([404, 'feeds.not_found']);
    }
    await answer('DELETE', `/v1/properties/${place.id}`, { as: host });
    for (const [index, attempt] of requests(host).entries()) {
      if (index === 1) expect((await attempt()).status).toBe(200);
      else expect(await refused(attempt)).toEqual([409, 'properties.archived']);
    }
    const { asked, foreign } = serving(calendar());
    await visit(feed, place.id, { foreign });
    expect(asked, 'an archived place’s calendars are visited by nobody').toEqual([]);
  });
});

describe('a visit that fails', () => {
  const endless = event('endless', 1, 2, 'RRULE:FREQ=SECONDLY\r\n');
  const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'].flatMap((name) => [`5${name}`, `-5${name}`]);
  const bomb = Array.from({ length: 1_000 }, (_, n) =>
    event(`r${n}`, 1, 2, `RRULE:FREQ=MONTHLY;BYDAY=${days}\r\n`),
  );
  const many = Array.from({ length: 1_001 }, (_, n) => event(`e${n}`, 1, 2));
  const cases: [name: string, served: Served | 'down', problem: string][] = [
    ['an error', { status: 404, body: 'secret page' }, 'feeds.status_404'],
    ['an outage', { status: 503 }, 'feeds.status_503'],
    ['nothing at all', 'down', 'feeds.unreachable'],
    ['ten megabytes', { body: new Uint8Array(10 * 1024 * 1024) }, 'feeds.too_large'],
    ['a page', { body: '<!doctype html><p>secret page' }, 'ical.not_a_calendar'],
    ['half a calendar', { body: calendar(event('a', 1, 2)).slice(0, 90) }, 'ical.incomplete'],
    ['more than a thousand events', { body: calendar(...many) }, 'ical.too_many_events'],
    ['rules that never end', { body: calendar(...bomb) }, 'ical.too_complex'],
    [
      'a way into our own network',
      { status: 302, headers: { location: 'http://169.254.169.254/latest' } },
      'feeds.not_allowed',
    ],
    ['a redirect to itself', { status: 301, headers: { location: ADDRESS } }, 'feeds.redirects'],
    ['not modified, unasked', { status: 304 }, 'feeds.status_304'],
  ];
  test.each(cases)('because of %s says so, and keeps what was taken', async (_, served, problem) => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    await visit(feed, place.id, serving(calendar(event('a', 3, 5))));
    const version = await headOf(place.id);
    const { asked, foreign } = platform(() => {
      if (served === 'down') throw new Error('connection refused');
      return served;
    });
    const waits: number[] = [];
    for (let n = 0; n < 3; n++) {
      const now = Date.now();
      await visit(feed, place.id, { foreign });
      const row = await rowOf(feed.id);
      expect([row.problem, row.failures, row.block_count]).toEqual([problem, n + 1, 1]);
      waits.push(Math.round((row.next_sync_at - now) / MINUTE));
    }
    expect(waits).toEqual([30, 60, 120]);
    expect(new Set(asked), 'nobody else was asked for anything').toEqual(new Set([ADDRESS]));
    expect(await headOf(place.id)).toBe(version);
    expect(await takenNights(host, place.id)).toEqual([3, 4]);
    expect(JSON.stringify(await list(host, place.id))).not.toContain('secret page');

    await env.DB.prepare('UPDATE feed SET failures = 50 WHERE id = ?').bind(feed.id).run();
    await visit(feed, place.id, { foreign });
    expect(Math.round(((await rowOf(feed.id)).next_sync_at - Date.now()) / MINUTE)).toBe(24 * 60);
    await visit(feed, place.id, serving(calendar(event('a', 3, 4))));
    expect(await rowOf(feed.id)).toMatchObject({ problem: null, failures: 0 });
    expect(await takenNights(host, place.id)).toEqual([3]);
  });

  test('is none of a rule without end that takes nights: what is near is taken', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    await visit(feed, place.id, serving(calendar(endless)));
    expect((await rowOf(feed.id)).problem).toBeNull();
  });
});

describe('nights that are sold here and there', () => {
  test('stay sold here, and the host is told', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    const { runInDurableObject } = await import('cloudflare:test');
    await runInDurableObject(env.BOOKS.getByName(place.id), (_, state) => {
      state.storage.sql.exec(
        `INSERT INTO stay (booking_id, kind, check_in, check_out) VALUES ('bkg_secret', 'booked', ?, ?)`,
        on(4),
        on(7),
      );
    });
    await visit(feed, place.id, serving(calendar(event('a', 3, 5), event('b', 20, 22))));
    expect((await list(host, place.id))[0]).toMatchObject({
      blocks: 2,
      conflicts: [{ from: on(4), to: on(5) }],
    });
  });
});

describe('a feed that is removed', () => {
  test('frees its nights at once, and by the queue if the book could not be reached', async () => {
    const host = await newHost();
    const place = await draft(host);
    const [one, two] = [await add(host, place.id), await add(host, place.id, `${ADDRESS}&2`)];
    await visit(one, place.id, serving(calendar(event('a', 3, 5))));
    await visit(two, place.id, serving(calendar(event('b', 8, 9))));
    await answer('DELETE', at(place.id, `/${one.id}`), { as: host });
    expect(await takenNights(host, place.id)).toEqual([8]);
    expect(await refused(() => ask('DELETE', at(place.id, `/${one.id}`), { as: host }))).toEqual([
      404,
      'feeds.not_found',
    ]);

    const broken = { getByName: () => ({ importBlocks: () => Promise.reject(new Error('reset')) }) };
    await answer('DELETE', at(place.id, `/${two.id}`), { as: host, bindings: { BOOKS: broken } });
    expect(await takenNights(host, place.id)).toEqual([8]);
    const message = jobs.find(({ kind, feedId }) => kind === 'drop_feed' && feedId === two.id);
    await job('drop_feed', message);
    expect(await takenNights(host, place.id)).toEqual([]);
    const version = await headOf(place.id);
    await job('drop_feed', message);
    expect(await headOf(place.id)).toBe(version);
  });

  test('leaves nothing, in whatever moment of a visit it goes', async () => {
    const host = await newHost();
    const place = await draft(host);
    const removal = (feed: Json) => answer('DELETE', at(place.id, `/${feed.id}`), { as: host });
    const during = await add(host, place.id);
    const { foreign } = platform(async () => {
      await removal(during);
      return { body: calendar(event('a', 3, 5)) };
    });
    await visit(during, place.id, { foreign });
    expect(await takenNights(host, place.id)).toEqual([]);

    const before = await add(host, place.id);
    await removal(before);
    const served = serving(calendar(event('a', 3, 5)));
    await visit(before, place.id, served);
    expect(served.asked).toEqual([]);
    expect(await takenNights(host, place.id)).toEqual([]);
  });
});

describe('asking for a visit', () => {
  test('sends one a minute at most, however many ask', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    const sync = () => ask('POST', at(place.id, `/${feed.id}/sync`), { as: host });
    expect(await refused(sync)).toEqual([429, 'request.rate_limited']);
    expect(Number((await sync()).headers.get('retry-after'))).toBeGreaterThan(50);

    const past = Date.now() - MINUTE;
    await env.DB.prepare('UPDATE feed SET asked_at = ? WHERE id = ?').bind(past, feed.id).run();
    const answers = await Promise.all(Array.from({ length: 8 }, sync));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(7).fill(429)]);
    for (const late of answers.filter(({ status }) => status === 429))
      expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(visitsOf(feed.id)).toHaveLength(2);
    expect(await answers.find(({ status }) => status === 202)?.json()).toMatchObject({ id: feed.id });
  });
});

describe('the sweep', () => {
  const make = async (many: number) => {
    const host = await newHost();
    const place = await draft(host);
    const feeds = [];
    for (let n = 0; n < many; n++) feeds.push(await add(host, place.id, `${ADDRESS}&${n}`));
    jobs.length = 0;
    await env.DB.prepare('UPDATE feed SET next_sync_at = ?')
      .bind(Date.now() + 30 * MINUTE)
      .run();
    return feeds;
  };
  const sweep = async (later = 0) => {
    const ctx = contextOf();
    const count = await sweepFeeds({ ...ctx, clock: { now: () => Date.now() + later } });
    await ctx.settle();
    return count;
  };
  const due = (id: string) =>
    env.DB.prepare('UPDATE feed SET next_sync_at = ? WHERE id = ?')
      .bind(Date.now() - 1, id)
      .run();

  test('sends what is due, once, also when two overlap', async () => {
    const [one, two, three] = await make(3);
    expect(await sweep()).toBe(0);
    await due(one.id);
    await due(two.id);
    const counts = await Promise.all([sweep(), sweep(), sweep()]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(2);
    expect([one, two, three].map(({ id }) => visitsOf(id).length)).toEqual([1, 1, 0]);
    expect(await sweep()).toBe(0);
    expect((await env.DB.prepare('SELECT * FROM outbox').all()).results).toEqual([]);
  });

  test('that is overtaken for one of two feeds sends the other', async () => {
    const [one, two] = await make(2);
    await due(one.id);
    await due(two.id);
    const ctx = contextOf();
    const db = new Proxy(ctx.db, {
      get(target, name) {
        if (name !== 'batch') return Reflect.get(target, name);
        return async (batch: never) => {
          await env.DB.prepare('UPDATE feed SET next_sync_at = ? WHERE id = ?')
            .bind(Date.now() + MINUTE, one.id)
            .run();
          return target.batch(batch);
        };
      },
    });
    expect(await sweepFeeds({ ...ctx, db })).toBe(1);
    await ctx.settle();
    expect([one, two].map(({ id }) => visitsOf(id).length)).toEqual([0, 1]);
    expect((await env.DB.prepare('SELECT * FROM outbox').all()).results).toEqual([]);
  });

  test('leaves in the outbox what the queue does not take, for the outbox’s own sweep', async () => {
    const [one] = await make(1);
    await due(one.id);
    const ctx = contextOf();
    expect(await sweepFeeds({ ...ctx, drain: async () => {} })).toBe(1);
    const { results } = await env.DB.prepare('SELECT body FROM outbox').all<{ body: string }>();
    expect(results.map(({ body }) => JSON.parse(body))).toEqual([
      {
        id: expect.stringMatching(/^out_/),
        kind: 'visit_feed',
        propertyId: expect.any(String),
        feedId: one.id,
      },
    ]);
    await env.DB.prepare('DELETE FROM outbox').run();
  });

  test('sends in two runs for all of 2,800 that are due, for none twice', async () => {
    const [one] = await make(1);
    const row = await rowOf(one.id);
    const many: Json = { id: "'fdb_many_' || value", url_digest: 'value', next_sync_at: 'value' };
    const names = Object.keys(row);
    await env.DB.prepare(
      `WITH RECURSIVE n (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 2799)
       INSERT INTO feed (${names}) SELECT ${names.map((name) => many[name] ?? name)} FROM feed, n WHERE id = ?`,
    )
      .bind(one.id)
      .run();
    jobs.length = 0;
    expect([await sweep(), await sweep(), await sweep()]).toEqual([1800, 1000, 0]);
    const sent = jobs.map(({ feedId }) => feedId);
    expect([sent.length, new Set(sent).size]).toEqual([2800, 2800]);
    expect(sent.slice(0, 1800), 'those that waited longest come first').toContain('fdb_many_0');
    expect((await env.DB.prepare('SELECT * FROM outbox').all()).results).toEqual([]);
    await env.DB.prepare(`DELETE FROM feed WHERE id LIKE 'fdb_many_%'`).run();
  });
});

describe('the calendar for other platforms', () => {
  const path = async (host: Person, propertyId: string) => {
    const { calendarUrl } = await answer('GET', `/v1/properties/${propertyId}`, { as: host });
    return (calendarUrl as string).replace('http://localhost:8787', '');
  };

  test('says which nights are taken and names nobody; what came from them does not go back', async () => {
    const host = await newHost();
    const place = await draft(host);
    const feed = await add(host, place.id);
    await visit(feed, place.id, serving(calendar(event('theirs', 30, 31))));
    const close = { changes: [{ from: on(3), to: on(4), available: false, note: 'my mother' }] };
    await answer('PUT', `/v1/properties/${place.id}/calendar`, { as: host, json: close });
    const { runInDurableObject } = await import('cloudflare:test');
    await runInDurableObject(env.BOOKS.getByName(place.id), (_, state) => {
      state.storage.sql.exec(
        `INSERT INTO stay (booking_id, kind, check_in, check_out) VALUES ('bkg_secret', 'booked', ?, ?)`,
        on(10),
        on(12),
      );
    });
    const response = await ask('GET', await path(host, place.id));
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/calendar; charset=utf-8',
    ]);
    expect(response.headers.get('cache-control')).toBe('private, max-age=0, must-revalidate');
    const text = await response.text();
    const lines = text.split('\r\n');
    expect(lines.filter((line) => /^DT(START|END)/.test(line))).toEqual([
      `DTSTART;VALUE=DATE:${day(3)}`,
      `DTEND;VALUE=DATE:${day(5)}`,
      `DTSTART;VALUE=DATE:${day(10)}`,
      `DTEND;VALUE=DATE:${day(12)}`,
    ]);
    expect(lines.filter((line) => /^UID:[\w-]{43}@roost$/.test(line))).toHaveLength(2);
    for (const secret of ['bkg_secret', 'my mother', 'cottage', host.actor.accountId, 'theirs'])
      expect(text.replace(/\r\n /g, '')).not.toContain(secret);

    const again = await ask('GET', await path(host, place.id));
    expect(await again.text(), 'the same calendar gives the same bytes').toBe(text);
    const tag = { 'if-none-match': response.headers.get('etag') as string };
    expect((await ask('GET', await path(host, place.id), { headers: tag })).status).toBe(304);
    const open = { changes: [{ from: on(3), to: on(3), available: null }] };
    await answer('PUT', `/v1/properties/${place.id}/calendar`, { as: host, json: open });
    const changed = await ask('GET', await path(host, place.id), { headers: tag });
    expect(changed.status).toBe(200);
    expect(await changed.text()).not.toContain(`DTSTART;VALUE=DATE:${day(3)}`);
  });

  test('is for whoever has the address, and for nobody else', async () => {
    const host = await newHost();
    const [place, other] = [await draft(host), await draft(host)];
    const mine = await path(host, place.id);
    expect((await ask('GET', mine)).status).toBe(200);
    const token = new URL(mine, 'http://x').searchParams.get('token') as string;
    const wrong = [
      `/v1/properties/${place.id}/calendar.ics`,
      `/v1/properties/${place.id}/calendar.ics?token=`,
      `/v1/properties/${place.id}/calendar.ics?token=${token.slice(0, -1)}`,
      `/v1/properties/${place.id}/calendar.ics?token=${token}A`,
      `/v1/properties/${other.id}/calendar.ics?token=${token}`,
    ];
    for (const address of wrong) {
      expect(await refused(() => ask('GET', address)), address).toEqual([404, 'calendar.token_invalid']);
    }
  });

  test('has another address as soon as a co-host who knew it may no longer', async () => {
    const [host, helper] = [await newHost(), await newHost()];
    const place = await draft(host);
    for (const after of ['messages', null]) {
      await help(host, place.id, helper, 'calendar');
      const known = await path(helper, place.id);
      expect((await ask('GET', known)).status).toBe(200);
      if (after) await help(host, place.id, helper, after);
      else
        await answer('DELETE', `/v1/properties/${place.id}/co-hosts/${helper.actor.accountId}`, { as: host });
      expect(await refused(() => ask('GET', known))).toEqual([404, 'calendar.token_invalid']);
      expect((await ask('GET', await path(host, place.id))).status).toBe(200);
    }
  });

  test('costs one hop into the book and no look into the database', async () => {
    const host = await newHost();
    const place = await draft(host);
    const { exportCalendar } = await import('../../src/properties/export-calendar.ts');
    const token = new URL(await path(host, place.id), 'http://x').searchParams.get('token') as string;
    const ctx = contextOf();
    const conditions = {
      ifNoneMatch: undefined,
      ifModifiedSince: undefined,
      range: undefined,
      ifRange: undefined,
    };
    await exportCalendar(ctx, { propertyId: place.id, token, conditions });
    expect(ctx.tally).toMatchObject({ d1Trips: 0, bookHops: 1 });
  });
});
