import { eq } from 'drizzle-orm';
import { afterEach, expect, test, vi } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { accountRoutes } from '../../src/accounts/index.ts';
import { account, session } from '../../src/accounts/tables.ts';
import { SCOPES } from '../../src/kernel/actor.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { signAccessToken } from '../../src/platform/access-token.ts';
import { privacyRoutes } from '../../src/privacy/index.ts';
import { everything, request } from '../worker/ground.ts';
import { as, db, newMember, PASSWORD, queued, quietQueues, shared } from './people.ts';

type Member = Awaited<ReturnType<typeof newMember>>;

afterEach(() => void vi.restoreAllMocks());

/** Through the front door, which has the real time; the line it logs tells what the request cost. */
async function visit(method: string, path: string, credential?: string, json?: unknown) {
  const lines: Record<string, unknown>[] = [];
  const log = vi
    .spyOn(console, 'log')
    .mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  const answer = await request(path, {
    method: method.toUpperCase(),
    ...(json === undefined ? {} : { json }),
    headers: credential === undefined ? {} : { authorization: credential },
    bindings: quietQueues,
  });
  log.mockRestore();
  const text = await answer.text();
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  const { actor, d1Trips, kvReads, kvWrites, limiterHops } = lines.at(-1) as Record<string, unknown>;
  const cost = Object.fromEntries(
    Object.entries({ d1Trips, kvReads, kvWrites, limiterHops }).filter(([, trips]) => trips !== 0),
  );
  const challenge = answer.headers.get('www-authenticate');
  return { status: answer.status, code: body.code, body, actor, cost, challenge };
}

/** A member as the front door's own clock sees them. */
async function visitor(changes: Parameters<typeof newMember>[0] = {}) {
  const member = await newMember(changes);
  const actor = { ...member.actor, mfa: true, authenticatedAt: systemClock.now() };
  const bearer = `Bearer ${await signAccessToken(shared, actor, systemClock)}`;
  return { ...member, bearer };
}

/** A key with every scope that this member may give. */
async function keyOf(member: Member): Promise<string> {
  const ctx = as({ ...member.actor, mfa: true });
  const scopes = SCOPES.filter((scope) => scope !== 'staff' || member.roles.includes('staff'));
  return `Bearer ${(await createApiKey(ctx, { name: 'all', scopes })).key}`;
}

const ID = '0'.repeat(26);
/** A request that each operation understands; what it would do depends on who asks. */
const BODIES: Readonly<Record<string, unknown>> = {
  logout: {},
  enrolTotp: {},
  confirmTotp: { code: '123456' },
  startPasskey: {},
  addPasskey: { challengeToken: 'x', credential: { id: 'x', rawId: 'x', type: 'public-key' } },
  updateMe: { bio: 'written' },
  changePassword: { currentPassword: PASSWORD, newPassword: 'amber-ferry-0815' },
  becomeHost: {},
  createApiKey: { name: 'key', scopes: ['profile'] },
  requestExport: {},
};
const guarded = [...accountRoutes, ...privacyRoutes].filter(({ access }) => access !== 'public');
const addressed = (path: string, ids: Readonly<Record<string, string>> = {}) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const prefixes: Record<string, string> = { sessionId: 'ses', passkeyId: 'psk', keyId: 'key' };
    return ids[name] ?? `${prefixes[name]}_${ID}`;
  });

test('an access token costs no trip of any kind: what is paid is what the answer itself needs', async () => {
  const { bearer, id } = await visitor();
  expect(await visit('get', '/v1/me', bearer)).toMatchObject({
    status: 200,
    body: { id },
    actor: 'session',
    cost: { d1Trips: 1 },
  });
  expect((await visit('get', '/v1/me', 'Bearer not-a-token')).cost).toEqual({});
});

test('an API key costs one read of the cache, and one trip more the first time', async () => {
  const { id, ...member } = await visitor();
  const key = await keyOf({ id, ...member });
  const first = await visit('get', '/v1/me', key);
  expect(first).toMatchObject({ status: 200, body: { id }, actor: 'api_key' });
  expect(first.cost).toEqual({ d1Trips: 2, kvReads: 1, kvWrites: 1 });
  expect((await visit('get', '/v1/me', key)).cost).toEqual({ d1Trips: 1, kvReads: 1 });
});

test('everything that is only looked at is one trip to the database at most', async () => {
  const { bearer, id } = await visitor();
  const gets = accountRoutes.filter(({ method }) => method === 'get');
  expect(gets.length).toBeGreaterThanOrEqual(6);
  for (const { path, operationId } of gets) {
    const { status, cost } = await visit('get', path.replace('{userId}', id), bearer);
    expect(status, operationId).toBe(200);
    expect(cost, operationId).toEqual(operationId === 'getJwks' ? {} : { d1Trips: 1 });
  }
});

test('nobody comes in without credentials, or with what are not credentials', async () => {
  const { bearer } = await visitor();
  const before = await everything();
  for (const { method, path, operationId } of guarded) {
    const body = BODIES[operationId];
    const bare = await visit(method, addressed(path), undefined, body);
    const challenge = 'Bearer error="invalid_request"';
    expect(bare, operationId).toMatchObject({ status: 401, code: 'auth.required', challenge, cost: {} });
    const bad = await visit(method, addressed(path), 'Bearer nonsense', body);
    expect(bad, operationId).toMatchObject({ status: 401, code: 'auth.invalid_token', cost: {} });
  }
  const token = bearer.slice('Bearer '.length);
  const strange = [
    '',
    'Bearer',
    'Bearer ',
    token,
    `Basic ${token}`,
    `Bearer ${token} x`,
    `Bearer${token}`,
    `${bearer}, ${bearer}`,
  ];
  for (const header of strange) {
    const answer = await visit('get', '/v1/me', header);
    expect(answer, header).toMatchObject({ status: 401, code: 'auth.invalid_token', cost: {} });
  }
  expect(await everything()).toEqual(before);
  expect((await visit('get', '/v1/me', `bearer  ${token}`)).status).toBe(200);
});

test('a session that has ended changes nothing anywhere, although its access token still lives', async () => {
  const { actor, bearer, id } = await visitor();
  const other = await visitor();
  await db.update(account).set({ totpSecret: 'x', totpConfirmedAt: 1 }).where(eq(account.id, other.id));
  await db.update(session).set({ endedAt: 1 }).where(eq(session.accountId, id));
  await db.update(session).set({ endedAt: 1 }).where(eq(session.accountId, other.id));
  const before = await everything();
  const sent = queued.length;
  // Asked about what is not there: refused before anything would be written.
  const earlier: Readonly<Record<string, number>> = { revokeApiKey: 404, confirmTotp: 409, addPasskey: 422 };
  const writes = guarded.filter((one) => one.method !== 'get' && one.operationId !== 'startPasskey');
  for (const { method, path, operationId } of writes) {
    const credential = operationId === 'removeTotp' ? other.bearer : bearer;
    const target = addressed(path, { sessionId: actor.sessionId });
    const { status, code } = await visit(method, target, credential, BODIES[operationId]);
    const expected = earlier[operationId];
    if (expected === undefined)
      expect({ status, code }, operationId).toEqual({ status: 401, code: 'auth.session_ended' });
    else expect(status, operationId).toBe(expected);
  }
  expect(await everything()).toEqual(before);
  expect(queued).toHaveLength(sent);
});

test('a key with every scope is turned away from all that only a person may do', async () => {
  const member = await visitor({ roles: ['staff'] });
  const key = await keyOf(member);
  await visit('get', '/v1/me', key);
  const before = await everything();
  const personal = guarded.filter(({ access }) => access === 'session');
  expect(personal.length).toBeGreaterThanOrEqual(15);
  for (const { method, path, operationId } of personal) {
    const { status, code } = await visit(method, addressed(path), key, BODIES[operationId]);
    expect({ status, code }, operationId).toEqual({ status: 403, code: 'auth.forbidden' });
  }
  expect(await everything()).toEqual(before);
});

test('a suspended account is let in nowhere, whatever its token says', async () => {
  const { bearer, id } = await visitor();
  await db.update(account).set({ status: 'suspended' }).where(eq(account.id, id));
  const before = await everything();
  const reads = await visit('get', '/v1/me', bearer);
  expect(reads).toMatchObject({ status: 403, code: 'auth.account_suspended' });
  const writes = guarded.filter(({ method }) => method !== 'get');
  for (const { method, path, operationId } of writes) {
    const { status } = await visit(method, addressed(path), bearer, BODIES[operationId]);
    expect(status, operationId).toBeGreaterThanOrEqual(400);
    expect(status, operationId).toBeLessThan(500);
  }
  expect(await everything()).toEqual(before);
});
