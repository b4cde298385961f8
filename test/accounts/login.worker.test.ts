import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import {
  AccountSuspended,
  InvalidCredentials,
  MfaRequired,
  TooManyAttempts,
} from '../../src/accounts/errors.ts';
import { login } from '../../src/accounts/login.ts';
import { hashPassword } from '../../src/accounts/password.ts';
import { account, session } from '../../src/accounts/tables.ts';
import { HOUR, SECOND } from '../../src/kernel/clock.ts';
import type { Refusal } from '../../src/kernel/errors.ts';
import { verifyAccessToken } from '../../src/platform/access-token.ts';
import { StateMoved } from '../../src/platform/errors.ts';
import { everything, settings } from '../worker/ground.ts';
import {
  clock,
  costOf,
  db,
  expectRefusal,
  newestAudit,
  newPerson,
  overtakenBy,
  PASSWORD,
  shared,
  stranger,
} from './people.ts';

let count = 0;
const newAddress = () => `nobody-${++count}@example.com`;
const enter = (email: string, password: string, ip = '192.0.2.1') =>
  login(stranger({ ip }), { email, password });
const sessionsOf = (id: string) => db.select().from(session).where(eq(session.accountId, id));
const hashOf = async (id: string) =>
  (await db.select().from(account).where(eq(account.id, id)))[0]?.passwordHash as string;

/** What became of attempts made at the same moment, and how many of them got as far as the database. */
async function guessAtOnce(
  attempts: number,
  attempt: (ctx: ReturnType<typeof stranger>) => Promise<unknown>,
) {
  const contexts = Array.from({ length: attempts }, () => stranger());
  const outcomes = await Promise.allSettled(contexts.map(attempt));
  const reasons = outcomes.map((one) => (one.status === 'rejected' ? (one.reason as Refusal) : null));
  const of = (code: string) => reasons.filter((reason): reason is Refusal => reason?.message === code);
  return {
    wrong: of(InvalidCredentials.code).length,
    tooMany: of(TooManyAttempts.code),
    looked: contexts.filter(({ tally }) => tally.d1Trips > 0).length,
  };
}

test('the right password opens a session, and every refusal before is forgiven', async () => {
  const person = await newPerson();
  const ctx = stranger();
  const tokens = await login(ctx, { email: person.email as string, password: PASSWORD });
  expect(costOf(ctx)).toEqual({ d1Trips: 2, limiterHops: 2 });

  expect(tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { id: person.id } });
  const [opened] = await sessionsOf(person.id);
  expect(opened).toMatchObject({ generation: 1, mfa: false, userAgent: 'test', endedAt: null });
  expect(await verifyAccessToken(shared, tokens.accessToken, clock)).toEqual({
    kind: 'session',
    accountId: person.id,
    sessionId: opened?.id,
    isHost: false,
    roles: [],
    mfa: false,
    authenticatedAt: clock.now(),
  });
  expect(await newestAudit()).toMatchObject({ action: 'session.opened', subject: opened?.id });
});

test('the address may be written in capitals', async () => {
  const person = await newPerson();
  const { user } = await enter((person.email as string).toUpperCase(), PASSWORD);
  expect(user.id).toBe(person.id);
});

test('a wrong password and an address that nobody has get the same refusal at the same cost', async () => {
  const person = await newPerson();
  const refusals = [];
  for (const email of [person.email as string, newAddress()]) {
    const ctx = stranger();
    const details = await expectRefusal(InvalidCredentials, () => login(ctx, { email, password: 'wrong' }));
    refusals.push({ details, cost: costOf(ctx) });
  }
  expect(refusals[0]).toEqual({ details: {}, cost: { d1Trips: 1, limiterHops: 1 } });
  expect(refusals[1]).toEqual(refusals[0]);
});

test('that an account is suspended is told only to who knows its password', async () => {
  const { email } = await newPerson({ status: 'suspended' });
  await expectRefusal(InvalidCredentials, () => enter(email as string, 'wrong'));
  await expectRefusal(AccountSuspended, () => enter(email as string, PASSWORD));
});

test('with a second factor the password alone opens nothing: it gives a token for the next step', async () => {
  const { email } = await newPerson({ totpSecret: 'sealed', totpConfirmedAt: 1 });
  const ctx = stranger();
  const attempt = () => login(ctx, { email: email as string, password: PASSWORD });
  const { extra } = await expectRefusal(MfaRequired, attempt);
  expect(extra).toEqual({ mfaToken: expect.any(String), methods: ['totp', 'recovery_code'] });
  expect(costOf(ctx)).toEqual({ d1Trips: 1, limiterHops: 2 });
});

test('of 50 wrong guesses at the same moment five are looked at, and the others are told when to come back', async () => {
  for (const email of [(await newPerson()).email as string, newAddress()]) {
    const before = await everything();
    const { wrong, tooMany, looked } = await guessAtOnce(50, (ctx) =>
      login(ctx, { email, password: 'wrong' }),
    );
    expect({ wrong, looked, tooMany: tooMany.length }).toEqual({ wrong: 5, looked: 5, tooMany: 45 });
    expect(tooMany.map(({ details }) => details)).toEqual(tooMany.map(() => ({ retryAfterSeconds: 1 })));
    expect(await everything()).toEqual(before);
  }
});

test('from the sixth attempt on each wait is twice as long, up to a quarter of an hour', async () => {
  const { email } = await newPerson();
  const guess = () => enter(email as string, 'wrong');
  for (let free = 1; free <= 5; free += 1) await expect(guess()).rejects.toThrow(InvalidCredentials.code);
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
    clock.advance(1);
    const early = await guess().catch((error: Refusal) => error);
    expect(early).toMatchObject({ message: TooManyAttempts.code, details: { retryAfterSeconds: seconds } });
    clock.advance(seconds * SECOND - 1);
    await expect(guess()).rejects.toThrow(InvalidCredentials.code);
  }
});

test('while the wait lasts the right password is not looked at either; after it, it opens and clears', async () => {
  const { email } = await newPerson();
  for (let free = 1; free <= 5; free += 1) await expect(enter(email as string, 'wrong')).rejects.toThrow();
  const ctx = stranger();
  await expectRefusal(TooManyAttempts, () => login(ctx, { email: email as string, password: PASSWORD }));
  expect(costOf(ctx)).toEqual({ limiterHops: 1 });

  clock.advance(SECOND);
  await enter(email as string, PASSWORD);
  for (let free = 1; free <= 5; free += 1) {
    await expectRefusal(InvalidCredentials, () => enter(email as string, 'wrong'));
  }
});

test('a stranger who guesses elsewhere slows nobody down, until 60 an hour from everywhere', async () => {
  const { email } = await newPerson();
  for (let source = 1; source <= 11; source += 1) {
    const guesses = Array.from({ length: 5 }, () => enter(email as string, 'wrong', `198.51.100.${source}`));
    for (const one of await Promise.allSettled(guesses)) {
      expect(one).toMatchObject({ reason: { message: InvalidCredentials.code } });
    }
  }
  await expect(enter(email as string, PASSWORD, '203.0.113.1')).resolves.toBeDefined();

  for (let source = 1; source <= 12; source += 1) {
    const ip = `203.0.113.${source + 1}`;
    for (let tries = 1; tries <= 5; tries += 1) await enter(email as string, 'wrong', ip).catch(() => {});
  }
  const { retryAfterSeconds } = await expectRefusal(TooManyAttempts, () =>
    enter(email as string, PASSWORD, '203.0.113.200'),
  );
  expect(retryAfterSeconds).toBe(3_600);
  await expect(enter((await newPerson()).email as string, PASSWORD, '203.0.113.200')).resolves.toBeDefined();

  clock.advance(HOUR);
  await expect(enter(email as string, PASSWORD, '203.0.113.200')).resolves.toBeDefined();
});

test('a hash of former, lower cost is renewed by the login that knows the password', async () => {
  const weaker = settings({ PASSWORD_COST: '8' });
  const stronger = settings({ PASSWORD_COST: '9' });
  const { id, email } = await newPerson({ passwordHash: hashPassword(PASSWORD, weaker.passwordCost) });
  const body = { email: email as string, password: PASSWORD };
  expect(await hashOf(id)).toMatch(/^scrypt\$8\$/);

  await expect(login(stranger({ settings: stronger }), { ...body, password: 'wrong' })).rejects.toThrow();
  expect(await hashOf(id)).toMatch(/^scrypt\$8\$/);
  const ctx = stranger({ settings: stronger });
  await login(ctx, body);
  expect(costOf(ctx)).toEqual({ d1Trips: 2, limiterHops: 2 });
  const renewed = await hashOf(id);
  expect(renewed).toMatch(/^scrypt\$9\$/);

  await login(stranger({ settings: stronger }), body);
  await login(stranger({ settings: weaker }), body);
  expect(await hashOf(id)).toBe(renewed);
});

test('a login that is overtaken by another password, or by a suspension, opens nothing', async () => {
  const changes = [{ passwordHash: hashPassword('quite another', 8) }, { status: 'suspended' as const }];
  for (const change of changes) {
    const { id, email } = await newPerson();
    const overtaking = () => db.update(account).set(change).where(eq(account.id, id));
    const ctx = stranger({ bindings: overtakenBy(overtaking) });
    const attempt = login(ctx, { email: email as string, password: PASSWORD });
    await expect(attempt).rejects.toThrow(StateMoved.code);
    expect(await sessionsOf(id)).toEqual([]);
  }
});
