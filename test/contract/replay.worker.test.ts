import { env } from 'cloudflare:workers';
import { afterEach, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { standingOf } from '../../src/accounts/index.ts';
import { endpoints } from '../../src/app.ts';
import type { SessionActor } from '../../src/kernel/actor.ts';
import { DAY, MINUTE, SECOND } from '../../src/kernel/clock.ts';
import { createKeyring } from '../../src/kernel/crypto.ts';
import { signAccessToken } from '../../src/platform/access-token.ts';
import { moveClock } from '../../src/platform/clock.ts';
import type { Database } from '../../src/platform/database.ts';
import type { AnyEndpoint } from '../../src/platform/endpoint.ts';
import { reserveReplay } from '../../src/platform/replay.ts';
import type { Caller } from '../access/acts.ts';
import { subjectOf, visitors } from '../access/walk.ts';
import { everything, request, settings, testClock, testContext } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

const RACERS = 500;
const LEASE_MS = 30 * SECOND;
const KEY_BODY = { name: 'Channel manager', scopes: ['profile'] };

const silent = { send: async () => {} };
const QUIET = { MAIL_QUEUE: silent, JOBS_QUEUE: silent, PROVIDER_EVENTS_QUEUE: silent };

type Asked = { token?: string; key?: string; json?: unknown; bindings?: Record<string, unknown> };

async function post(path: string, { token, key, json = {}, bindings }: Asked) {
  const answer = await request(path, {
    method: 'POST',
    json,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    bindings: { ...QUIET, ...bindings },
  });
  const text = await answer.text();
  const body = text === '' ? {} : JSON.parse(text);
  const isReplay = answer.headers.get('idempotent-replayed') === 'true';
  return { status: answer.status, text, body, code: body.code as string | undefined, isReplay };
}

const makeKey = (asked: Asked) => post('/v1/api-keys', { json: KEY_BODY, ...asked });
const rowsOf = async (table: string, accountId: string) =>
  ((await everything())[table] as { account_id: string }[]).filter((row) => row.account_id === accountId);

/** The same person, whose login lies some time back. */
const tokenFrom = (actor: SessionActor, agoMs: number) =>
  signAccessToken(settings(), { ...actor, authenticatedAt: Date.now() - agoMs }, { now: () => Date.now() });

afterEach(() => moveClock({ offsetMs: 0 }));

const posts = endpoints.filter(({ method }) => method === 'post');

test.each(posts)(
  '$operationId, asked twice with one key, is done once and answered with the same bytes',
  async (endpoint) => {
    const { go, look } = await visitors(endpoint)(subjectOf(endpoint));
    const headers = { 'idempotency-key': 'twice' };
    const first = await go({ headers });
    const done = await look();
    const second = await go({ headers });

    expect(first.status).toBeLessThan(300);
    expect(first.headers).not.toContain('idempotent-replayed: true');
    expect(second.headers).toContain('idempotent-replayed: true');
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(await look()).toEqual(done);
  },
);

/** The same operation, asked for something else. */
const OTHERWISE: Readonly<Record<string, unknown>> = {
  createBooking: { message: 'We come on foot.' },
  joinWaitlist: { guests: { adults: 1 } },
};

test.each(posts.filter(({ keyed }) => keyed === 'verb'))(
  '$operationId keeps its key in the book: refused for another request, and a key of each account',
  async (endpoint) => {
    const { village, act, caller, go, look } = await visitors(endpoint)(subjectOf(endpoint));
    const headers = { 'idempotency-key': 'of one' };
    const first = await go({ headers });
    expect(first.status).toBeLessThan(300);

    const done = await look();
    const usual = await act.body?.(village, caller as Caller);
    const params = Object.entries(act.path?.(village) ?? {});
    // Another stay at the same place.
    const moved = params.map(([name, id]) => [name, id.replace(/.{10}(?=.{26}$)/, '0000000000')]);
    const other = OTHERWISE[endpoint.operationId];
    const reused = await go(
      other
        ? { headers, body: { ...(usual as object), ...other } }
        : { headers, params: Object.fromEntries(moved) },
    );
    expect([reused.status, JSON.parse(reused.text).code]).toEqual([422, 'idempotency.key_reused']);
    expect(await look()).toEqual(done);

    const stranger = await visitors(endpoint)('other_guest');
    const theirs = await stranger.go({ headers });
    expect(theirs.headers).not.toContain('idempotent-replayed: true');
  },
);

test('a refusal of the book belongs to the key, and the guest who asks again is told the same', async () => {
  const endpoint = posts.find(({ operationId }) => operationId === 'acceptBooking') as AnyEndpoint;
  const { go, look } = await visitors(endpoint)('guest');
  const headers = { 'idempotency-key': 'refused' };
  const first = await go({ headers });
  const done = await look();
  const second = await go({ headers });

  expect([first.status, JSON.parse(first.text).code]).toEqual([403, 'bookings.not_the_host']);
  expect(second.headers).toContain('idempotent-replayed: true');
  expect(second.status).toBe(403);
  expect(await look()).toEqual(done);
});

test.each([
  ['/v1/api-keys', 'api_key', KEY_BODY],
  ['/v1/me/export', 'data_export', {}],
])(`${RACERS} requests at once with one key to %s make one row`, async (path, table, json) => {
  const { actor, token } = await person(`racer-${table}`);
  const ask = () => post(path, { token, key: 'race', json });
  const answers = await Promise.all(Array.from({ length: RACERS }, ask));

  expect(await rowsOf(table, actor.accountId)).toHaveLength(1);
  const done = answers.filter(({ status }) => status < 300);
  const away = answers.filter(({ status }) => status >= 300);
  expect(done.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
  expect(new Set(done.map(({ text }) => text)).size).toBe(1);
  for (const { status, code } of away) expect([status, code]).toEqual([409, 'idempotency.in_progress']);

  const after = await ask();
  expect([after.text, after.isReplay]).toEqual([done[0]?.text, true]);
  expect(await rowsOf(table, actor.accountId)).toHaveLength(1);
});

test('an answer stays with its key for a day; then the key is new again', async () => {
  const ask = () => post('/v1/auth/forgot-password', { key: 'a day', json: { email: 'day@example.com' } });
  const count = async () => (await everything()).password_reset?.length;
  const before = (await count()) ?? 0;
  const first = await ask();

  moveClock({ offsetMs: DAY - MINUTE });
  const late = await ask();
  expect([late.text, late.isReplay, await count()]).toEqual([first.text, true, before + 1]);

  moveClock({ offsetMs: DAY + MINUTE });
  expect([(await ask()).isReplay, await count()]).toEqual([false, before + 2]);
});

test('a key that stands for another request is refused, and nothing happens', async () => {
  const { token } = await person('reuser');
  await makeKey({ token, key: 'reused' });
  const before = await everything();

  const refused = await makeKey({ token, key: 'reused', json: { ...KEY_BODY, name: 'Another' } });
  expect([refused.status, refused.code]).toEqual([422, 'idempotency.key_reused']);
  expect(await everything()).toEqual(before);
});

test('one key in two accounts is two keys, and for two operations too', async () => {
  const [ada, ben] = [await person('ada'), await person('ben')];
  const adas = await makeKey({ token: ada.token, key: 'same' });
  const bens = await makeKey({ token: ben.token, key: 'same' });
  const exported = await post('/v1/me/export', { token: ada.token, key: 'same' });

  expect([adas.status, bens.status, exported.status]).toEqual([201, 201, 202]);
  expect([adas, bens, exported].map(({ isReplay }) => isReplay)).toEqual([false, false, false]);
  expect(adas.body.key).not.toBe(bens.body.key);
  expect(await rowsOf('api_key', ada.actor.accountId)).toHaveLength(1);
  expect(await rowsOf('data_export', ada.actor.accountId)).toHaveLength(1);
});

test('a refusal because of how things stand belongs to the key, even when they stand otherwise later', async () => {
  const { token } = await person('early');
  const confirm = () => post('/v1/auth/totp/confirm', { token, key: 'early', json: { code: '123456' } });
  const refused = await confirm();
  expect([refused.status, refused.code]).toEqual([409, 'auth.totp_not_enrolled']);

  expect((await post('/v1/auth/totp', { token })).status).toBe(200);
  const again = await confirm();
  expect([again.text, again.isReplay]).toEqual([refused.text, true]);
});

test('a refusal that says something about the caller uses no key up', async () => {
  const { actor, token } = await person('sleepy');
  const stale = await tokenFrom(actor, DAY);
  const broken = await makeKey({ token: stale, key: 'mine', json: { name: 7 } });
  const anonymous = await makeKey({ key: 'mine' });
  const old = await makeKey({ token: stale, key: 'mine' });
  expect([broken, anonymous, old].map(({ code }) => code)).toEqual([
    'request.invalid',
    'auth.required',
    'auth.recent_login_required',
  ]);

  const fresh = await makeKey({ token, key: 'mine' });
  expect([fresh.status, fresh.isReplay]).toEqual([201, false]);
});

test('what a crash left half-way stands in the way for half a minute, and then the next one gets through', async () => {
  const { actor, token } = await person('crash');
  const crashed = await makeKey({ token, key: 'crash', bindings: { DB: dyingAfterOneBatch() } });
  expect(crashed.status).toBe(503);

  const early = await makeKey({ token, key: 'crash' });
  expect([early.status, early.code]).toEqual([409, 'idempotency.in_progress']);
  expect(await rowsOf('api_key', actor.accountId)).toHaveLength(0);

  moveClock({ offsetMs: LEASE_MS + SECOND });
  const next = await makeKey({ token, key: 'crash' });
  const again = await makeKey({ token, key: 'crash' });
  expect([next.status, next.isReplay, again.text, again.isReplay]).toEqual([201, false, next.text, true]);
  expect(await rowsOf('api_key', actor.accountId)).toHaveLength(1);
});

test('a dependency that fails for a moment uses no key up', async () => {
  const { actor, token } = await person('moment');
  const failed = await makeKey({ token, key: 'moment', bindings: { DB: failingOnce() } });
  expect(failed.status).toBe(503);

  const next = await makeKey({ token, key: 'moment' });
  expect([next.status, next.isReplay]).toEqual([201, false]);
  expect(await rowsOf('api_key', actor.accountId)).toHaveLength(1);
});

test('whoever comes back after another has taken over writes nothing', async () => {
  const clock = testClock();
  const { actor } = await person('slow', { now: clock.now() });
  const open = () => ({ ...testContext({ actor, clock }), standing: standingOf(actor, clock.now()) });
  const reserve = async (owner: string) => {
    const ctx = open();
    const asked = { account: actor.accountId, operationId: 'createApiKey', key: 'slow', content: 'x' };
    const keyring = createKeyring(settings().masterSecret);
    const toAnswer = (result: unknown) => ({ status: 201, headers: {}, body: JSON.stringify(result) });
    const reserved = await reserveReplay(ctx.db as Database, keyring, asked, owner, clock.now(), toAnswer);
    return reserved.kind === 'mine' ? { ...ctx, replay: reserved.slot } : null;
  };
  const slow = await reserve('slow');
  clock.advance(LEASE_MS + SECOND);
  const quick = await reserve('quick');
  const before = await everything();

  const input = { name: 'Channel manager', scopes: ['profile' as const] };
  await expect(createApiKey(slow as never, input)).rejects.toThrow('idempotency.in_progress');
  expect(await everything()).toEqual(before);

  await createApiKey(quick as never, input);
  await expect(createApiKey(slow as never, input)).rejects.toThrow('idempotency.in_progress');
  expect(await rowsOf('api_key', actor.accountId)).toHaveLength(1);
});

test('what is kept for a key cannot be read by whoever reads the database', async () => {
  const { token } = await person('secret');
  const { body } = await makeKey({ token, key: 'secret' });
  const stored = JSON.stringify(await everything());

  expect(body.key).toMatch(/^rk_/);
  expect(stored).not.toContain(body.key);
  expect(stored).not.toContain(btoa(body.key).slice(4, -4));
});

/** The reservation goes through, and then the database is gone for this request. */
function dyingAfterOneBatch(): Pick<D1Database, 'prepare' | 'batch'> {
  let batches = 0;
  const gone = () => Promise.reject(new Error('D1_ERROR: gone'));
  const dead = {
    bind: () => dead,
    all: gone,
    run: gone,
    first: gone,
    raw: gone,
  } as unknown as D1PreparedStatement;
  return {
    prepare: (query) =>
      batches === 0 || /^insert|^update|^select/i.test(query) ? env.DB.prepare(query) : dead,
    batch: ((statements: D1PreparedStatement[]) =>
      batches++ === 0 ? env.DB.batch(statements) : gone()) as D1Database['batch'],
  };
}

/** The reservation goes through, the commit does not, and the database is back at once. */
function failingOnce(): Pick<D1Database, 'prepare' | 'batch'> {
  let batches = 0;
  return {
    prepare: (query) => env.DB.prepare(query),
    batch: ((statements: D1PreparedStatement[]) =>
      ++batches === 2
        ? Promise.reject(new Error('D1_ERROR: blip'))
        : env.DB.batch(statements)) as D1Database['batch'],
  };
}
