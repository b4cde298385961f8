import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import {
  AccountSuspended,
  ApiKeyNotFound,
  Forbidden,
  RecentLoginRequired,
  ScopeMissing,
  SecondFactorRequired,
  TooManyApiKeys,
} from '../../src/accounts/errors.ts';
import { findApiKey } from '../../src/accounts/find-api-key.ts';
import { getMe } from '../../src/accounts/get-me.ts';
import { listApiKeys } from '../../src/accounts/list-api-keys.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { MAX_API_KEYS } from '../../src/accounts/rules.ts';
import { account, apiKey } from '../../src/accounts/tables.ts';
import { updateMe } from '../../src/accounts/update-me.ts';
import { SCOPES, type Scope, type UserActor } from '../../src/kernel/actor.ts';
import { DAY, MINUTE, toInstant } from '../../src/kernel/clock.ts';
import type { Refusal } from '../../src/kernel/errors.ts';
import { AccountEnded } from '../../src/platform/errors.ts';
import { everything } from '../worker/ground.ts';
import {
  as,
  clock,
  costOf,
  db,
  expectRefusal,
  logIn,
  newestAudit,
  newMember,
  queued,
  stranger,
} from './people.ts';

type Member = Awaited<ReturnType<typeof newMember>>;
type Wish = { name?: string; scopes?: Scope[]; expiresInDays?: number };

const create = (
  member: Pick<Member, 'actor'>,
  { name = 'Calendar', scopes = ['profile'], ...rest }: Wish = {},
) => createApiKey(as(member.actor), { name, scopes, ...rest });

async function find(key: string) {
  const ctx = stranger();
  const actor = await findApiKey(ctx, key);
  await ctx.settle();
  return { actor, cost: costOf(ctx) };
}
const actorOf = async (key: string) => (await find(key)).actor as UserActor;
const keysOf = (member: Member) => db.select().from(apiKey).where(eq(apiKey.accountId, member.id));

test('a key is shown once and kept as a hash, and its owner is told by mail', async () => {
  const member = await newMember();
  const ctx = as(member.actor);
  const made = await createApiKey(ctx, { name: 'Calendar', scopes: ['profile', 'messages', 'profile'] });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  await ctx.settle();
  expect(queued.at(-1)).toMatchObject({ notice: 'api_key_created', accountId: member.id });

  const { key, ...shown } = made;
  expect(key).toMatch(/^rk_[\w-]{43}$/);
  const createdAt = toInstant(clock.now());
  expect(shown).toEqual({
    id: expect.stringMatching(/^key_/),
    name: 'Calendar',
    scopes: ['profile', 'messages'],
    expiresAt: null,
    createdAt,
  });
  expect(JSON.stringify(await everything())).not.toContain(key.slice(3));

  const listing = as(member.actor);
  expect(await listApiKeys(listing, { limit: 20 })).toEqual({ data: [shown], nextCursor: null });
  expect(costOf(listing)).toEqual({ d1Trips: 1 });
});

test('a key is looked up in one trip the first time, and with one read of the cache from then on', async () => {
  const member = await newMember({ isHost: true });
  const { id, key } = await create(member, { scopes: ['profile', 'bookings:read'] });
  const actor = {
    kind: 'api_key',
    accountId: member.id,
    keyId: id,
    isHost: true,
    roles: [],
    scopes: ['profile', 'bookings:read'],
  };
  expect(await find(key)).toEqual({ actor, cost: { d1Trips: 1, kvReads: 1, kvWrites: 1 } });
  expect(await find(key)).toEqual({ actor, cost: { kvReads: 1 } });
});

test('what looks like no key costs nothing, and what looks like one and is none leaves no trace', async () => {
  const { key } = await create(await newMember());
  for (const bad of [
    '',
    'rk_',
    key.slice(0, -1),
    `${key}x`,
    key.replace('rk_', 'rt_'),
    `${key.slice(0, -1)}=`,
  ]) {
    expect(await find(bad)).toEqual({ actor: null, cost: {} });
  }
  const before = await everything();
  const unknown = `rk_${'A'.repeat(43)}`;
  expect(await find(unknown)).toEqual({ actor: null, cost: { d1Trips: 1, kvReads: 1 } });
  expect((await env.KV.list({ prefix: 'api-key:' })).keys).toHaveLength(1);
  expect(await everything()).toEqual(before);
});

test('a key carries its scopes and no more', async () => {
  const { key } = await create(await newMember(), { scopes: ['messages'] });
  const actor = await actorOf(key);
  const { extra } = await expectRefusal(ScopeMissing, () => getMe(as(actor)));
  expect(extra).toEqual({ scope: 'profile' });
  await expectRefusal(ScopeMissing, () => updateMe(as(actor), { bio: 'by a key' }));
});

test('a key acts for its owner and is named in what it did', async () => {
  const member = await newMember();
  const { key } = await create(member);
  await updateMe(as(await actorOf(key)), { bio: 'by a key' });
  expect(await getMe(as(await actorOf(key)))).toMatchObject({ id: member.id, bio: 'by a key' });
  expect(await newestAudit()).toMatchObject({ actor_kind: 'api_key', actor_id: member.id });
});

test('a key never makes, lists or revokes keys', async () => {
  const { id, key } = await create(await newMember(), {
    scopes: [...SCOPES].filter((one) => one !== 'staff'),
  });
  const actor = await actorOf(key);
  const wish = { name: 'another', scopes: ['profile' as const] };
  await expectRefusal(Forbidden, () => createApiKey(as(actor), wish));
  await expectRefusal(Forbidden, () => listApiKeys(as(actor), { limit: 20 }));
  await expectRefusal(Forbidden, () => revokeApiKey(as(actor), { keyId: id }));
});

test('the scope of staff is given only to staff, in a session that showed a second factor', async () => {
  const member = await newMember();
  await expectRefusal(Forbidden, () => create(member, { scopes: ['staff'] }));
  const staff = await newMember({ roles: ['staff'] });
  await expectRefusal(SecondFactorRequired, () => create(staff, { scopes: ['profile', 'staff'] }));
  const strong = await logIn(staff, { mfa: true });
  const { key } = await create(strong, { scopes: ['staff'] });
  expect(await actorOf(key)).toMatchObject({ roles: ['staff'], scopes: ['staff'] });
});

test('a key that was made for some days is refused from then on, also while it lies in the cache', async () => {
  const member = await newMember();
  const { key, expiresAt } = await create(member, { expiresInDays: 30 });
  expect(expiresAt).toBe(toInstant(clock.now() + 30 * DAY));
  clock.advance(30 * DAY - 1);
  const actor = await actorOf(key);
  expect(actor).not.toBeNull();
  clock.advance(1);
  expect((await find(key)).actor).toBeNull();
  await expectRefusal(AccountEnded, () => updateMe(as(actor), { bio: 'too late' }));
});

test('a revoked key writes nothing from that moment, and is gone from the cache', async () => {
  const member = await newMember();
  const { id, key } = await create(member);
  const actor = await actorOf(key);
  const ctx = as(member.actor);
  await revokeApiKey(ctx, { keyId: id });
  expect(costOf(ctx)).toEqual({ d1Trips: 2, kvWrites: 1 });
  expect(await keysOf(member)).toEqual([]);

  await expectRefusal(AccountEnded, () => updateMe(as(actor), { bio: 'after all' }));
  expect(await find(key)).toEqual({ actor: null, cost: { d1Trips: 1, kvReads: 1 } });
  await expectRefusal(ApiKeyNotFound, () => revokeApiKey(as(member.actor), { keyId: id }));
});

test('a copy of a revoked key that a cache still holds reads for a minute, and writes never', async () => {
  const member = await newMember();
  const { id, key } = await create(member);
  const puts: unknown[] = [];
  const gets: unknown[] = [];
  const recording = {
    get: (name: string, options: unknown) => {
      gets.push(options);
      return env.KV.get(name, options as never);
    },
    put: (name: string, value: string, options: unknown) => {
      puts.push(options);
      return env.KV.put(name, value, options as never);
    },
    delete: async () => {},
  } as unknown as KVNamespace;
  const ctx = stranger({ bindings: { KV: recording } });
  const actor = (await findApiKey(ctx, key)) as UserActor;
  await ctx.settle();
  expect(puts).toEqual([{ expirationTtl: 60 }]);
  expect(gets).toEqual([{ type: 'json', cacheTtl: 60 }]);

  await revokeApiKey(as(member.actor, { bindings: { KV: recording } }), { keyId: id });
  expect(await find(key)).toEqual({ actor, cost: { kvReads: 1 } });
  await expect(getMe(as(actor))).resolves.toMatchObject({ id: member.id });
  await expectRefusal(AccountEnded, () => updateMe(as(actor), { bio: 'after all' }));
});

test('the key of a suspended account writes nothing, and opens nothing once the cache has forgotten it', async () => {
  const member = await newMember();
  const { key } = await create(member);
  const actor = await actorOf(key);
  await db.update(account).set({ status: 'suspended' }).where(eq(account.id, member.id));
  await expectRefusal(AccountSuspended, () => updateMe(as(actor), { bio: 'after all' }));
  await expectRefusal(AccountSuspended, () => getMe(as(actor)));
  for (const { name } of (await env.KV.list()).keys) await env.KV.delete(name);
  expect(await find(key)).toEqual({ actor: null, cost: { d1Trips: 1, kvReads: 1 } });
});

test('nobody sees or revokes the key of another', async () => {
  const owner = await newMember();
  const other = await newMember();
  const { id } = await create(owner);
  expect(await listApiKeys(as(other.actor), { limit: 20 })).toEqual({ data: [], nextCursor: null });
  await expectRefusal(ApiKeyNotFound, () => revokeApiKey(as(other.actor), { keyId: id }));
  await expectRefusal(ApiKeyNotFound, () =>
    revokeApiKey(as(owner.actor), { keyId: 'key_00000000000000000000000000' }),
  );
});

test('making a key needs a recent login, and revoking one does not', async () => {
  const member = await newMember();
  const { id } = await create(member);
  clock.advance(15 * MINUTE + 1);
  await expectRefusal(RecentLoginRequired, () => create(member));
  await expect(revokeApiKey(as(member.actor), { keyId: id })).resolves.toBeUndefined();
});

test('an account has 50 keys at most, also when all are made at the same moment', async () => {
  const member = await newMember();
  const outcomes = await Promise.allSettled(Array.from({ length: MAX_API_KEYS + 3 }, () => create(member)));
  const codes = outcomes.map((one) => (one.status === 'rejected' ? (one.reason as Refusal).message : 'made'));
  expect(codes.filter((code) => code === 'made')).toHaveLength(50);
  expect(codes.filter((code) => code === TooManyApiKeys.code)).toHaveLength(3);
  await expectRefusal(TooManyApiKeys, () => create(member));

  const { data, nextCursor } = await listApiKeys(as(member.actor), { limit: 30 });
  const rest = await listApiKeys(as(member.actor), { limit: 30, cursor: nextCursor as string });
  expect(rest.nextCursor).toBeNull();
  expect(new Set([...data, ...rest.data].map(({ id }) => id)).size).toBe(50);
  await revokeApiKey(as(member.actor), { keyId: data[0]?.id as string });
  await expect(create(member)).resolves.toBeDefined();
});
