import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { InvalidCode, TooManyAttempts } from '../../src/accounts/errors.ts';
import { registerAccount } from '../../src/accounts/register-account.ts';
import { resendCode } from '../../src/accounts/resend-code.ts';
import { CODE_LIFE_MS } from '../../src/accounts/rules.ts';
import { account, registration } from '../../src/accounts/tables.ts';
import { verifyEmail } from '../../src/accounts/verify-email.ts';
import { HOUR, MINUTE } from '../../src/kernel/clock.ts';
import { verifyAccessToken } from '../../src/platform/access-token.ts';
import { RequestInvalid } from '../../src/platform/errors.ts';
import { everything, request } from '../worker/ground.ts';
import {
  clock,
  codeIn,
  costOf,
  db,
  expectRefusal,
  newestMail,
  newPerson,
  otherCode,
  PASSWORD,
  queued,
  quietQueues,
  shared,
  stranger,
} from './people.ts';

let count = 0;
const newAddress = () => `newcomer-${++count}@example.com`;

async function register(email: string, name = 'Ada Lovelace') {
  const ctx = stranger();
  const answer = await registerAccount(ctx, { email, password: PASSWORD, name });
  await ctx.settle();
  return { answer, cost: costOf(ctx), code: codeIn(await newestMail('verify_email')) };
}

async function resend(email: string) {
  const ctx = stranger();
  const answer = await resendCode(ctx, { email });
  await ctx.settle();
  return { answer, cost: costOf(ctx), code: codeIn(await newestMail('verify_email')) };
}

const verify = (email: string, code: string) => verifyEmail(stranger(), { email, code });
const accountsOf = (email: string) => db.select().from(account).where(eq(account.email, email));
const waitingFor = (email: string) => db.select().from(registration).where(eq(registration.email, email));

// The first of all: an isolate that has read the list once never asks for it again.
test('while the list of common passwords cannot be read nobody registers, and nothing else happens either', async () => {
  const before = await everything();
  const bindings = {
    ASSETS: { fetch: async () => new Response('gone', { status: 404 }) } as unknown as Fetcher,
  };
  const ctx = stranger({ bindings });
  const attempt = registerAccount(ctx, { email: newAddress(), password: PASSWORD, name: 'Ada' });
  await expect(attempt).rejects.toThrow('files did not answer');
  expect(await everything()).toEqual(before);
  expect(queued).toEqual([]);
  expect(costOf(ctx)).toEqual({});
});

test('registering makes no account yet: it keeps the wish and mails a code, in one trip', async () => {
  const email = newAddress();
  const { answer, cost } = await register(email);
  expect(answer).toEqual({ next: 'verify_email' });
  expect(cost).toEqual({ d1Trips: 1, limiterHops: 1 });
  expect(await accountsOf(email)).toEqual([]);
  expect(await waitingFor(email)).toMatchObject([{ email, name: 'Ada Lovelace', codeNumber: 1 }]);
  expect((await everything()).outbox).toEqual([]);
});

test('neither the password, nor the code, nor the address in a queue can be found where data rests', async () => {
  const email = newAddress();
  const { code } = await register(email);
  const rows = JSON.stringify(await everything());
  expect(rows).not.toContain(PASSWORD);
  expect(rows).not.toContain(`"${code}"`);
  const message = queued.at(-1);
  expect(Object.keys(message ?? {}).sort()).toEqual(['codeNumber', 'id', 'kind', 'registrationId']);
  expect(JSON.stringify(message)).not.toContain(email);
});

test('the mailed code makes the account and logs in', async () => {
  const email = newAddress();
  const { code } = await register(email);
  const ctx = stranger();
  const tokens = await verifyEmail(ctx, { email, code });
  expect(costOf(ctx)).toEqual({ d1Trips: 2, limiterHops: 1 });

  expect(tokens.user).toMatchObject({
    email,
    emailVerified: true,
    name: 'Ada Lovelace',
    isHost: false,
    roles: [],
    mfaEnabled: false,
  });
  expect(await verifyAccessToken(shared, tokens.accessToken, clock)).toMatchObject({
    accountId: tokens.user.id,
    mfa: false,
    authenticatedAt: clock.now(),
  });
  expect(await waitingFor(email)).toEqual([]);
  const { audit } = await everything();
  const actions = (audit as { action: string }[]).slice(-2).map(({ action }) => action);
  expect(actions).toEqual(['account.created', 'session.opened']);
});

test('an address is one address in capital letters and in small ones', async () => {
  const email = newAddress();
  const { code } = await register(email.toUpperCase());
  const { user } = await verify(email.replace('newcomer', 'NewComer'), code);
  expect(user.email).toBe(email);
});

test('to register with an address that has an account looks the same and costs the same', async () => {
  const known = await newPerson();
  const unknown = await register(newAddress());
  const again = await register(known.email as string);
  expect({ answer: again.answer, cost: again.cost }).toEqual({ answer: unknown.answer, cost: unknown.cost });
  expect(again.code).toBe('no code');
  expect(await accountsOf(known.email as string)).toEqual([known]);
});

test('to ask for a new code looks and costs the same whether or not somebody waits for one', async () => {
  const waiting = newAddress();
  await register(waiting);
  const { email: known } = await newPerson();
  for (const email of [waiting, known as string, newAddress()]) {
    const { answer, cost } = await resend(email);
    expect({ answer, cost }).toEqual({ answer: { accepted: true }, cost: { d1Trips: 2, limiterHops: 1 } });
  }
});

test('a wrong code makes nothing, and neither does the right code of somebody else', async () => {
  const email = newAddress();
  const { code } = await register(email);
  const other = await register(newAddress());
  await expectRefusal(InvalidCode, () => verify(email, otherCode(code)));
  await expectRefusal(InvalidCode, () => verify(email, other.code));
  await expectRefusal(InvalidCode, () => verify(newAddress(), code));
});

test('after five wrong codes the right one does not help either; only a new code does', async () => {
  const email = newAddress();
  const { code } = await register(email);
  for (let tries = 1; tries <= 5; tries += 1) {
    await expectRefusal(InvalidCode, () => verify(email, otherCode(code)));
  }
  await expectRefusal(TooManyAttempts, () => verify(email, code));
  clock.advance(10 * MINUTE);
  await expectRefusal(TooManyAttempts, () => verify(email, code));

  const { code: newCode } = await resend(email);
  await expect(verify(email, newCode)).resolves.toMatchObject({ user: { email } });
});

test('of 50 guesses at the same moment five are looked at', async () => {
  const email = newAddress();
  const { code } = await register(email);
  const before = await everything();
  const guesses = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      verify(email, String((Number(code) + 1 + index) % 1_000_000).padStart(6, '0')),
    ),
  );
  const reasons = guesses.map((guess) => (guess.status === 'rejected' ? guess.reason.message : 'in'));
  expect(reasons.filter((reason) => reason === InvalidCode.code)).toHaveLength(5);
  expect(reasons.filter((reason) => reason === TooManyAttempts.code)).toHaveLength(45);
  expect(await everything()).toEqual(before);
});

test('guessing at an address that nobody registered goes the same way', async () => {
  const email = newAddress();
  for (let tries = 1; tries <= 5; tries += 1) {
    const ctx = stranger();
    await expectRefusal(InvalidCode, () => verifyEmail(ctx, { email, code: '123456' }));
    expect(costOf(ctx)).toEqual({ d1Trips: 1, limiterHops: 1 });
  }
  await expectRefusal(TooManyAttempts, () => verify(email, '123456'));
});

test('a code is good for 15 minutes', async () => {
  const [early, late] = [newAddress(), newAddress()];
  const first = await register(early);
  const second = await register(late);
  clock.advance(CODE_LIFE_MS - 1);
  await expect(verify(early, first.code)).resolves.toMatchObject({ user: { email: early } });
  clock.advance(1);
  await expectRefusal(InvalidCode, () => verify(late, second.code));
});

test('a new code ends the one before, and lives its own 15 minutes', async () => {
  const email = newAddress();
  const first = await register(email);
  clock.advance(CODE_LIFE_MS - 1);
  const second = await resend(email);
  expect(second.cost).toEqual({ d1Trips: 2, limiterHops: 1 });
  await expectRefusal(InvalidCode, () => verify(email, first.code));
  clock.advance(CODE_LIFE_MS - 1);
  await expect(verify(email, second.code)).resolves.toMatchObject({ user: { email } });
});

test('who registers again means the newer wish', async () => {
  const email = newAddress();
  const first = await register(email, 'Ada');
  clock.advance(MINUTE);
  const second = await register(email, 'Ada Byron');
  await expectRefusal(InvalidCode, () => verify(email, first.code));
  expect((await verify(email, second.code)).user.name).toBe('Ada Byron');
  expect(await waitingFor(email)).toEqual([]);
});

test('a code works once, also for two at the same moment', async () => {
  const email = newAddress();
  const { code } = await register(email);
  const both = await Promise.allSettled([verify(email, code), verify(email, code)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await accountsOf(email)).toHaveLength(1);
  await expectRefusal(InvalidCode, () => verify(email, code));
});

test('a code cannot take an address that has got an account meanwhile', async () => {
  const email = newAddress();
  const { code } = await register(email);
  await newPerson({ email });
  await expectRefusal(InvalidCode, () => verify(email, code));
});

test('one address gets five mails an hour, whatever asks for them; nobody can tell from the answer', async () => {
  const email = newAddress();
  const { answer } = await register(email);
  for (let mails = 2; mails <= 5; mails += 1) await resend(email);
  const before = await everything();
  const sent = queued.length;
  expect((await register(email)).answer).toEqual(answer);
  const over = await resend(email);
  expect(over).toMatchObject({ answer: { accepted: true }, cost: { limiterHops: 1 } });
  expect(await everything()).toEqual(before);
  expect(queued).toHaveLength(sent);

  await resend(newAddress());
  expect(queued).toHaveLength(sent + 1);
  clock.advance(HOUR);
  await resend(email);
  expect(queued).toHaveLength(sent + 2);
});

test('a password that is easy to guess is refused, and the field is named', async () => {
  const email = 'grace.hopper@example.com';
  for (const password of ['password1234', 'Password1234', 'aaaaaaaaaa', 'abcabcabcabc', 'x-GRACE.hopper-x']) {
    const refuse = () => registerAccount(stranger(), { email, password, name: 'Grace' });
    const { errors } = await expectRefusal(RequestInvalid, refuse);
    expect(errors, password).toMatchObject([{ in: 'body', pointer: '/password', code: 'common_password' }]);
  }
});

test('a registration that is not complete, too long or not understood is refused by its fields', async () => {
  const good = { email: newAddress(), password: PASSWORD, name: 'Ada' };
  const bad: readonly [string, Record<string, unknown>][] = [
    ['/email', { email: 'not an address' }],
    ['/email', { email: `${'a'.repeat(250)}@example.com` }],
    ['/email', { email: null }],
    ['/password', { password: 'nine-char' }],
    ['/password', { password: 'x'.repeat(129) }],
    ['/password', { password: 'with a \u0000 in it' }],
    ['/password', { password: 12345678901 }],
    ['/name', { name: '' }],
    ['/name', { name: '   ' }],
    ['/name', { name: 'two\nlines' }],
    ['/name', { name: 'x'.repeat(101) }],
    ['/captcha', { captcha: '' }],
    ['/role', { role: 'staff' }],
    ['/isHost', { isHost: true }],
  ];
  const before = await everything();
  for (const [pointer, change] of bad) {
    const answer = await request('/v1/auth/register', {
      method: 'POST',
      json: { ...good, ...change },
      bindings: quietQueues,
    });
    const body = (await answer.json()) as { code: string; errors: { pointer: string }[] };
    expect({ status: answer.status, code: body.code }, pointer).toEqual({
      status: 400,
      code: 'request.invalid',
    });
    expect(body.errors.map((error) => error.pointer)).toContain(pointer);
  }
  expect(await everything()).toEqual(before);
});
