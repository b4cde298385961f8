import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { becomeHost } from '../../src/accounts/become-host.ts';
import { AccountNotFound, AccountSuspended } from '../../src/accounts/errors.ts';
import { getMe } from '../../src/accounts/get-me.ts';
import { getUser } from '../../src/accounts/get-user.ts';
import { refreshTokens } from '../../src/accounts/refresh-tokens.ts';
import { refreshToken } from '../../src/accounts/rules.ts';
import { account, session } from '../../src/accounts/tables.ts';
import { toPublicUser, toUser } from '../../src/accounts/to-user.ts';
import { updateMe } from '../../src/accounts/update-me.ts';
import { MINUTE, SECOND, toInstant } from '../../src/kernel/clock.ts';
import { verifyAccessToken } from '../../src/platform/access-token.ts';
import { AccountEnded, StateMoved } from '../../src/platform/errors.ts';
import {
  as,
  clock,
  costOf,
  db,
  expectRefusal,
  keyring,
  newestAudit,
  newMember,
  newPerson,
  shared,
  stranger,
} from './people.ts';

const setStatus = (id: string, status: 'active' | 'suspended' | 'erased') =>
  db.update(account).set({ status }).where(eq(account.id, id));

test('a member sees their own account, in one trip', async () => {
  const member = await newMember({ bio: 'I like trains' });
  const ctx = as(member.actor);
  expect(toUser(await getMe(ctx))).toEqual({
    id: member.id,
    email: member.email,
    emailVerified: true,
    name: member.name,
    bio: 'I like trains',
    avatarUrl: null,
    isHost: false,
    roles: [],
    mfaEnabled: false,
    locale: 'en',
    createdAt: toInstant(member.createdAt),
  });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
});

test('others see of a member what is public: no address, no role, nothing about how they log in', async () => {
  const { id, name, createdAt } = await newMember({
    bio: 'Hello',
    isHost: true,
    ratingSum: 14,
    ratingCount: 3,
  });
  const ctx = stranger();
  expect(toPublicUser(await getUser(ctx, { userId: id }))).toEqual({
    id,
    name,
    bio: 'Hello',
    avatarUrl: null,
    isHost: true,
    rating: { average: 4.67, count: 3 },
    createdAt: toInstant(createdAt),
  });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  const unrated = await newPerson();
  expect(toPublicUser(unrated).rating).toEqual({ average: null, count: 0 });
});

test('who is suspended, has left, or never was is not there for others', async () => {
  const person = await newPerson();
  for (const status of ['suspended', 'erased'] as const) {
    await setStatus(person.id, status);
    await expectRefusal(AccountNotFound, () => getUser(stranger(), { userId: person.id }));
  }
  await expectRefusal(AccountNotFound, () =>
    getUser(stranger(), { userId: 'usr_00000000000000000000000000' }),
  );
});

test('a member changes what they name and nothing else, and the change is written down', async () => {
  const member = await newMember({ bio: 'Hello' });
  clock.advance(MINUTE);
  const ctx = as(member.actor);
  const changed = await updateMe(ctx, {
    name: 'Ada',
    avatarUrl: 'https://example.com/ada.jpg',
    locale: 'sw',
  });
  expect(costOf(ctx)).toEqual({ d1Trips: 2 });
  const { actor: _, refreshToken: __, ...row } = member;
  expect(changed).toEqual({
    ...row,
    name: 'Ada',
    avatarUrl: 'https://example.com/ada.jpg',
    locale: 'sw',
    version: 2,
    updatedAt: clock.now(),
  });
  expect(await getMe(as(member.actor))).toEqual(changed);
  expect(await newestAudit()).toMatchObject({
    action: 'account.updated',
    subject: member.id,
    data: JSON.stringify({ fields: ['name', 'avatarUrl', 'locale'] }),
  });
  expect(await updateMe(as(member.actor), { avatarUrl: null })).toMatchObject({
    avatarUrl: null,
    name: 'Ada',
  });
});

test('of two changes at the same moment one counts, and the other is told to look again', async () => {
  const member = await newMember();
  const outcomes = await Promise.allSettled([
    updateMe(as(member.actor), { name: 'First' }),
    updateMe(as(member.actor), { bio: 'Second' }),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refusal = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  expect(refusal.reason.message).toBe(StateMoved.code);
  expect(await getMe(as(member.actor))).toMatchObject({ version: 2 });
});

test('a suspended or former account reads and changes nothing of its own', async () => {
  for (const [status, refusal] of [
    ['suspended', AccountSuspended],
    ['erased', AccountEnded],
  ] as const) {
    const member = await newMember();
    await setStatus(member.id, status);
    await expectRefusal(refusal, () => getMe(as(member.actor)));
    await expectRefusal(refusal, () => updateMe(as(member.actor), { name: 'Still me' }));
    await expectRefusal(AccountSuspended, () => becomeHost(as(member.actor)));
  }
});

test('who becomes a host is one at once: the new tokens say so', async () => {
  const member = await newMember();
  clock.advance(MINUTE);
  const ctx = as(member.actor);
  const tokens = await becomeHost(ctx);
  expect(costOf(ctx)).toEqual({ d1Trips: 2 });
  expect(tokens.user).toMatchObject({ id: member.id, isHost: true });
  expect(await verifyAccessToken(shared, tokens.accessToken, clock)).toEqual({
    ...member.actor,
    isHost: true,
  });
  expect(await getMe(as(member.actor))).toMatchObject({ isHost: true });
  expect(tokens.refreshToken).toBe(refreshToken(keyring, member.actor.sessionId, 2));
  await expect(refreshTokens(stranger(), { refreshToken: tokens.refreshToken })).resolves.toMatchObject({
    user: { isHost: true },
  });
});

test('becoming a host uses the refresh token up, so that a stolen access token shows itself', async () => {
  const member = await newMember();
  await becomeHost(as(member.actor));
  clock.advance(11 * SECOND);
  await expect(refreshTokens(stranger(), { refreshToken: member.refreshToken })).rejects.toThrow();
  const [row] = await db.select().from(session).where(eq(session.id, member.actor.sessionId));
  expect(row?.endedBecause).toBe('reuse');
});

test('a session that has ended makes no host', async () => {
  const member = await newMember();
  await db.update(session).set({ endedAt: 1 }).where(eq(session.id, member.actor.sessionId));
  await expectRefusal(AccountEnded, () => becomeHost(as(member.actor)));
});
