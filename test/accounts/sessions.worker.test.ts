import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { SessionNotFound } from '../../src/accounts/errors.ts';
import { listApiKeys } from '../../src/accounts/list-api-keys.ts';
import { listSessions } from '../../src/accounts/list-sessions.ts';
import { logout } from '../../src/accounts/logout.ts';
import { refreshTokens } from '../../src/accounts/refresh-tokens.ts';
import { revokeSession } from '../../src/accounts/revoke-session.ts';
import { SESSION_LIFE_MS } from '../../src/accounts/rules.ts';
import { session } from '../../src/accounts/tables.ts';
import { updateMe } from '../../src/accounts/update-me.ts';
import { DAY, MINUTE, toInstant } from '../../src/kernel/clock.ts';
import { AccountEnded, RequestInvalid } from '../../src/platform/errors.ts';
import { everything } from '../worker/ground.ts';
import { as, clock, costOf, db, expectRefusal, logIn, newestAudit, newMember, stranger } from './people.ts';

type Login = Awaited<ReturnType<typeof logIn>>;

const page = (who: Login, limit = 20, cursor?: string) =>
  listSessions(as(who.actor), { limit, ...(cursor === undefined ? {} : { cursor }) });
const write = (who: Login) => updateMe(as(who.actor), { bio: `written at ${clock.now()}` });
const refresh = (who: Login) => refreshTokens(stranger(), { refreshToken: who.refreshToken });
const sessionRow = async (who: Login) =>
  (await db.select().from(session).where(eq(session.id, who.actor.sessionId)))[0];

async function expectEnded(who: Login): Promise<void> {
  await expectRefusal(AccountEnded, () => write(who));
  await expect(refresh(who)).rejects.toThrow('auth.invalid_refresh_token');
}

async function expectLiving(who: Login): Promise<void> {
  await expect(write(who)).resolves.toBeDefined();
}

test('logging out ends this session at once, although its access token still lives; others go on', async () => {
  const laptop = await newMember();
  const phone = await logIn(laptop);
  const ctx = as(laptop.actor);
  await logout(ctx, {});
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });

  expect(await sessionRow(laptop)).toMatchObject({ endedBecause: 'logout', endedAt: clock.now() });
  await expectEnded(laptop);
  await expectLiving(phone);
  expect(await newestAudit()).toMatchObject({ action: 'account.updated', actor_id: laptop.id });
});

test('logging out everywhere ends every session of the account, and nobody else’s', async () => {
  const laptop = await newMember();
  const phone = await logIn(laptop);
  const other = await newMember();
  const ctx = as(laptop.actor);
  await logout(ctx, { everywhere: true });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  await expectEnded(laptop);
  await expectEnded(phone);
  await expectLiving(other);
});

test('who has logged out is told so when they log out again, and the first time stays written', async () => {
  const member = await newMember();
  await logout(as(member.actor), {});
  clock.advance(MINUTE);
  await expectRefusal(AccountEnded, () => logout(as(member.actor), { everywhere: true }));
});

test('a member ends one of their sessions, and it can write nothing from then on', async () => {
  const laptop = await newMember();
  const lost = await logIn(laptop);
  const ctx = as(laptop.actor);
  await revokeSession(ctx, { sessionId: lost.actor.sessionId });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  expect(await sessionRow(lost)).toMatchObject({ endedBecause: 'revoked' });
  await expectEnded(lost);
  await expectLiving(laptop);
  await expectRefusal(SessionNotFound, () =>
    revokeSession(as(laptop.actor), { sessionId: lost.actor.sessionId }),
  );
});

test('a member can end the very session they are in', async () => {
  const member = await newMember();
  await revokeSession(as(member.actor), { sessionId: member.actor.sessionId });
  await expectEnded(member);
});

test('the session of somebody else, one that is over, and one that never was are all not there', async () => {
  const member = await newMember();
  const other = await newMember();
  const expired = await logIn(member, { expiresAt: clock.now() });
  const ids = [other.actor.sessionId, expired.actor.sessionId, 'ses_00000000000000000000000000'];
  for (const sessionId of ids) {
    await expectRefusal(SessionNotFound, () => revokeSession(as(member.actor), { sessionId }));
  }
});

test('a session that has expired writes nothing, although nobody ended it', async () => {
  const member = await newMember();
  clock.advance(SESSION_LIFE_MS);
  await expectRefusal(AccountEnded, () => write(member));
});

test('the list shows the living sessions of the account, newest first, and which one this is', async () => {
  const member = await newMember();
  clock.advance(MINUTE);
  const phone = await logIn(member, { userAgent: 'Roost for phones', mfa: true });
  await logIn(member, { endedAt: clock.now(), endedBecause: 'logout' });
  await logIn(member, { expiresAt: clock.now() });
  await newMember();
  const ctx = as(phone.actor);
  const { data, nextCursor } = await listSessions(ctx, { limit: 20 });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  expect(nextCursor).toBeNull();
  expect(data).toEqual([
    {
      id: phone.actor.sessionId,
      current: true,
      userAgent: 'Roost for phones',
      mfa: true,
      createdAt: toInstant(clock.now()),
      lastUsedAt: toInstant(clock.now()),
      expiresAt: toInstant(clock.now() + SESSION_LIFE_MS),
    },
    expect.objectContaining({ id: member.actor.sessionId, current: false, userAgent: null, mfa: false }),
  ]);
});

test('pages by cursor show every session once, also of the same moment and while new ones come', async () => {
  const member = await newMember();
  const ids = [member.actor.sessionId];
  for (let n = 0; n < 8; n += 1) {
    ids.push((await logIn(member)).actor.sessionId);
    if (n % 3 === 0) clock.advance(1);
  }
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const { data, nextCursor } = await page(member, 2, cursor ?? undefined);
    expect(data.length).toBeGreaterThan(0);
    seen.push(...data.map(({ id }) => id));
    cursor = nextCursor;
    clock.advance(1);
    await logIn(member);
  } while (cursor !== null);
  expect([...seen].sort()).toEqual([...ids].sort());
  expect(seen).toEqual([...seen].sort().reverse());
});

test('a page that is just full has no next one', async () => {
  const member = await newMember();
  await logIn(member);
  expect((await page(member, 2)).nextCursor).toBeNull();
  await logIn(member);
  expect((await page(member, 2)).nextCursor).not.toBeNull();
});

test('a cursor that was cut, changed, made up or taken from another list or account is a bad request', async () => {
  const member = await newMember();
  const other = await newMember();
  await logIn(member);
  await logIn(other);
  const cursor = (await page(member, 1)).nextCursor as string;
  const foreign = (await page(other, 1)).nextCursor as string;
  const [content = '', mac = ''] = cursor.split('.');
  const [foreignContent = '', foreignMac = ''] = foreign.split('.');
  const bad = [
    'x',
    '.',
    content,
    `${content}.`,
    `.${mac}`,
    cursor.slice(0, -1),
    cursor.slice(1),
    `${cursor}.`,
    `${cursor}=`,
    `${cursor}A`,
    foreign,
    `${foreignContent}.${mac}`,
    `${content}.${foreignMac}`,
    `${btoa('["1","ses_"]').replaceAll('=', '')}.${mac}`,
  ];
  const before = await everything();
  for (const one of bad) {
    const ctx = as(member.actor);
    const refusal = await listSessions(ctx, { limit: 1, cursor: one }).catch((error) => error);
    expect(refusal.message, one).toBe(RequestInvalid.code);
    expect(refusal.details.errors).toMatchObject([
      { in: 'query', pointer: '/cursor', code: 'invalid_cursor' },
    ]);
    expect(costOf(ctx)).toEqual({});
  }
  await expect(listApiKeys(as(member.actor), { limit: 1, cursor })).rejects.toThrow(RequestInvalid.code);
  expect(await everything()).toEqual(before);
  clock.advance(DAY);
  await expect(page(member, 1, cursor)).resolves.toBeDefined();
});
