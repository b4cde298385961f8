import { eq } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { issueChallenge } from '../../src/accounts/challenge.ts';
import { completeMfa } from '../../src/accounts/complete-mfa.ts';
import { confirmTotp } from '../../src/accounts/confirm-totp.ts';
import { enrolTotp } from '../../src/accounts/enrol-totp.ts';
import {
  AccountSuspended,
  InvalidCode,
  InvalidMfaToken,
  MfaRequired,
  RecentLoginRequired,
  SecondFactorRequired,
  TooManyAttempts,
  TotpAlreadyEnrolled,
  TotpNotEnrolled,
} from '../../src/accounts/errors.ts';
import { login } from '../../src/accounts/login.ts';
import { hashPassword } from '../../src/accounts/password.ts';
import { refreshTokens } from '../../src/accounts/refresh-tokens.ts';
import { removeTotp } from '../../src/accounts/remove-totp.ts';
import { CHALLENGE_LIFE_MS } from '../../src/accounts/rules.ts';
import { account, recoveryCode, session } from '../../src/accounts/tables.ts';
import { MINUTE, SECOND } from '../../src/kernel/clock.ts';
import { sha256 } from '../../src/kernel/crypto.ts';
import type { Refusal } from '../../src/kernel/errors.ts';
import { verifyAccessToken } from '../../src/platform/access-token.ts';
import { everything, request, settings } from '../worker/ground.ts';
import {
  as,
  clock,
  costOf,
  db,
  expectRefusal,
  keyring,
  logIn,
  newestAudit,
  newMember,
  otherCode,
  overtakenBy,
  PASSWORD,
  queued,
  quietQueues,
  shared,
  stranger,
} from './people.ts';

type Member = Awaited<ReturnType<typeof newMember>>;

/** The app on somebody's phone. */
const appWith = (secret: string) => {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return (driftMs = 0) => totp.generate({ timestamp: clock.now() + driftMs });
};

/** A member whose authenticator app is confirmed, a minute ago so that a fresh code is there. */
async function newProtected() {
  const member = await newMember();
  const { secret } = await enrolTotp(as(member.actor));
  const codeNow = appWith(secret);
  const { recoveryCodes } = await confirmTotp(as(member.actor), { code: codeNow() });
  clock.advance(MINUTE);
  return { ...member, secret, codeNow, recoveryCodes };
}

async function passwordStep(person: Pick<Member, 'email'>, set = shared): Promise<string> {
  const body = { email: person.email as string, password: PASSWORD };
  const refusal = await login(stranger({ settings: set }), body).catch((error: Refusal) => error);
  return (refusal as Refusal).details.extra?.mfaToken as string;
}

const complete = (mfaToken: string, code: string) => completeMfa(stranger(), { mfaToken, code });
const accountRow = async (id: string) => (await db.select().from(account).where(eq(account.id, id)))[0];
const sessionsOf = (id: string) => db.select().from(session).where(eq(session.accountId, id));
const recoveryOf = (id: string) => db.select().from(recoveryCode).where(eq(recoveryCode.accountId, id));

test('an app is enrolled with a secret that protects nothing until its first code comes back', async () => {
  const member = await newMember();
  const ctx = as(member.actor);
  const { secret, otpauthUrl } = await enrolTotp(ctx);
  expect(costOf(ctx)).toEqual({ d1Trips: 2 });
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  const url = new URL(otpauthUrl);
  expect([url.protocol, url.host]).toEqual(['otpauth:', 'totp']);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    secret,
    issuer: 'Roost',
    digits: '6',
    period: '30',
  });
  expect(decodeURIComponent(url.pathname)).toContain(member.email as string);

  const body = { email: member.email as string, password: PASSWORD };
  await expect(login(stranger(), body)).resolves.toMatchObject({ user: { mfaEnabled: false } });
  expect(JSON.stringify(await everything())).not.toContain(secret);

  const confirming = as(member.actor);
  const { recoveryCodes } = await confirmTotp(confirming, { code: appWith(secret)() });
  expect(costOf(confirming)).toEqual({ d1Trips: 2, limiterHops: 2 });
  expect(recoveryCodes).toHaveLength(10);
  expect(new Set(recoveryCodes).size).toBe(10);
  for (const code of recoveryCodes) expect(code).toMatch(/^[2-9a-km-z]{5}-[2-9a-km-z]{5}$/);
  expect(queued.at(-1)).toMatchObject({ kind: 'security_notice', notice: 'totp_enrolled' });
  expect(await passwordStep(member)).toBeTypeOf('string');
  const rows = JSON.stringify(await everything());
  for (const code of recoveryCodes) expect(rows).not.toContain(code);
});

test('the session in which the app was confirmed has shown it, from its next refresh on', async () => {
  const { actor, refreshToken } = await newProtected();
  const { accessToken } = await refreshTokens(stranger(), { refreshToken });
  expect(await verifyAccessToken(shared, accessToken, clock)).toEqual({ ...actor, mfa: true });
});

test('asking for a secret again before the first code replaces it', async () => {
  const member = await newMember();
  const { secret: first } = await enrolTotp(as(member.actor));
  const { secret: second } = await enrolTotp(as(member.actor));
  const confirm = (secret: string) => confirmTotp(as(member.actor), { code: appWith(secret)() });
  await expectRefusal(InvalidCode, () => confirm(first));
  await expect(confirm(second)).resolves.toBeDefined();
});

test('an app in use cannot be replaced from inside, and an app that was never asked for not confirmed', async () => {
  const member = await newProtected();
  const confirm = () => confirmTotp(as(member.actor), { code: member.codeNow() });
  await expectRefusal(TotpAlreadyEnrolled, () => enrolTotp(as(member.actor)));
  await expectRefusal(TotpAlreadyEnrolled, confirm);
  const other = await newMember();
  await expectRefusal(TotpNotEnrolled, () => confirmTotp(as(other.actor), { code: '123456' }));
  await expectRefusal(TotpNotEnrolled, () => removeTotp(as({ ...other.actor, mfa: true })));
});

test('of two confirmations at the same moment one gives recovery codes, and those are the ones that work', async () => {
  const member = await newMember();
  const { secret } = await enrolTotp(as(member.actor));
  const code = appWith(secret)();
  const both = await Promise.allSettled([1, 2].map(() => confirmTotp(as(member.actor), { code })));
  const given = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value.recoveryCodes] : []));
  expect(given).toHaveLength(1);
  const token = await passwordStep(member);
  await expect(complete(token, given[0]?.[0] as string)).resolves.toBeDefined();
});

test('changing the second factor needs a recent login', async () => {
  const member = await newProtected();
  const fresh = await newMember();
  clock.advance(15 * MINUTE + 1);
  const acts = [
    () => enrolTotp(as(fresh.actor)),
    () => confirmTotp(as(fresh.actor), { code: '123456' }),
    () => removeTotp(as({ ...member.actor, mfa: true })),
  ];
  for (const act of acts) await expectRefusal(RecentLoginRequired, act);
});

test('a suspended account changes nothing about its second factor', async () => {
  const member = await newProtected();
  const halfway = await newMember();
  const { secret } = await enrolTotp(as(halfway.actor));
  await db.update(account).set({ status: 'suspended' });
  const acts = [
    () => enrolTotp(as(halfway.actor)),
    () => confirmTotp(as(halfway.actor), { code: appWith(secret)() }),
    () => removeTotp(as({ ...member.actor, mfa: true })),
  ];
  for (const act of acts) await expectRefusal(AccountSuspended, act);
  await db.update(account).set({ status: 'active' });
});

test('only a session that showed the second factor may take it away, and its recovery codes go with it', async () => {
  const member = await newProtected();
  await expectRefusal(SecondFactorRequired, () => removeTotp(as(member.actor)));

  const strong = await logIn(member, { mfa: true });
  const ctx = as(strong.actor);
  await removeTotp(ctx);
  expect(costOf(ctx)).toEqual({ d1Trips: 2 });
  expect(await accountRow(member.id)).toMatchObject({ totpSecret: null, totpConfirmedAt: null });
  expect(await recoveryOf(member.id)).toEqual([]);
  await ctx.settle();
  expect(queued.at(-1)).toMatchObject({ notice: 'totp_removed', accountId: member.id });
  const body = { email: member.email as string, password: PASSWORD };
  await expect(login(stranger(), body)).resolves.toMatchObject({ user: { mfaEnabled: false } });
});

test('the code of the app finishes a login, as a session with two factors', async () => {
  const member = await newProtected();
  const mfaToken = await passwordStep(member);
  const ctx = stranger();
  const tokens = await completeMfa(ctx, { mfaToken, code: member.codeNow() });
  expect(costOf(ctx)).toEqual({ d1Trips: 2, limiterHops: 2 });
  expect(tokens.user).toMatchObject({ id: member.id, mfaEnabled: true });
  expect(await verifyAccessToken(shared, tokens.accessToken, clock)).toMatchObject({ mfa: true });
  expect(await newestAudit()).toMatchObject({
    action: 'session.opened',
    data: JSON.stringify({ by: 'totp', accountId: member.id }),
  });
});

test('a clock that is one step off is forgiven, and two steps are not', async () => {
  for (const drift of [-30 * SECOND, 30 * SECOND]) {
    const member = await newProtected();
    const token = await passwordStep(member);
    await expect(complete(token, member.codeNow(drift))).resolves.toBeDefined();
  }
  for (const drift of [-60 * SECOND, 60 * SECOND]) {
    const member = await newProtected();
    const token = await passwordStep(member);
    await expectRefusal(InvalidCode, () => complete(token, member.codeNow(drift)));
  }
});

test('a code of the app works once, whoever saw it being typed', async () => {
  const member = await newProtected();
  const code = member.codeNow();
  await complete(await passwordStep(member), code);
  const next = await passwordStep(member);
  await expectRefusal(InvalidCode, () => complete(next, code));
  await expectRefusal(InvalidCode, () => complete(next, member.codeNow(-30 * SECOND)));
  clock.advance(30 * SECOND);
  await expect(complete(next, member.codeNow())).resolves.toBeDefined();
});

test('the code that confirmed the app does not also log in', async () => {
  const member = await newMember();
  const { secret } = await enrolTotp(as(member.actor));
  const code = appWith(secret)();
  await confirmTotp(as(member.actor), { code });
  const token = await passwordStep(member);
  await expectRefusal(InvalidCode, () => complete(token, code));
});

test('of four logins at the same moment with one code one gets in', async () => {
  const member = await newProtected();
  const code = member.codeNow();
  const tokens = [];
  for (let n = 0; n < 4; n += 1) tokens.push(await passwordStep(member));
  const before = (await sessionsOf(member.id)).length;
  const outcomes = await Promise.allSettled(tokens.map((token) => complete(token, code)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of outcomes) {
    if (one.status === 'rejected') expect((one.reason as Refusal).message).toBe(InvalidCode.code);
  }
  expect(await sessionsOf(member.id)).toHaveLength(before + 1);
});

test('five wrong codes end the tries for a quarter of an hour, with any token and the right code', async () => {
  const member = await newProtected();
  let token = await passwordStep(member);
  for (let tries = 1; tries <= 5; tries += 1) {
    await expectRefusal(InvalidCode, () => complete(token, otherCode(member.codeNow())));
  }
  const ctx = stranger();
  const attempt = () => completeMfa(ctx, { mfaToken: token, code: member.codeNow() });
  const { retryAfterSeconds } = await expectRefusal(TooManyAttempts, attempt);
  expect(retryAfterSeconds).toBe(900);
  expect(costOf(ctx)).toEqual({ limiterHops: 1 });
  token = await passwordStep(member);
  await expectRefusal(TooManyAttempts, () => complete(token, member.recoveryCodes[0] as string));

  clock.advance(15 * MINUTE);
  token = await passwordStep(member);
  await expect(complete(token, member.codeNow())).resolves.toBeDefined();
  token = await passwordStep(member);
  for (let tries = 1; tries <= 5; tries += 1) {
    await expectRefusal(InvalidCode, () => complete(token, otherCode(member.codeNow(60 * SECOND))));
  }
});

test('of 50 guesses at a code at the same moment five are looked at', async () => {
  const member = await newProtected();
  const token = await passwordStep(member);
  const right = Number(member.codeNow());
  const before = await everything();
  const contexts = Array.from({ length: 50 }, () => stranger());
  const outcomes = await Promise.allSettled(
    contexts.map((ctx, index) => {
      const code = String((right + 1_000 + index) % 1_000_000).padStart(6, '0');
      return completeMfa(ctx, { mfaToken: token, code });
    }),
  );
  const codes = outcomes.map((one) => one.status === 'rejected' && (one.reason as Refusal).message);
  expect(codes.filter((code) => code === InvalidCode.code)).toHaveLength(5);
  expect(codes.filter((code) => code === TooManyAttempts.code)).toHaveLength(45);
  expect(contexts.filter(({ tally }) => tally.d1Trips > 0)).toHaveLength(5);
  expect(await everything()).toEqual(before);
});

test('guessing the first code of an app is limited in the same way', async () => {
  const member = await newMember();
  const { secret } = await enrolTotp(as(member.actor));
  const codeNow = appWith(secret);
  const confirm = (code: string) => confirmTotp(as(member.actor), { code });
  for (const bad of [otherCode(codeNow()), '12345a', 'abcdef', codeNow(60 * SECOND), codeNow(-60 * SECOND)]) {
    await expectRefusal(InvalidCode, () => confirm(bad));
  }
  const { retryAfterSeconds } = await expectRefusal(TooManyAttempts, () => confirm(codeNow()));
  expect(retryAfterSeconds).toBe(900);
});

test('each recovery code works once, as a person copies it from paper', async () => {
  const member = await newProtected();
  const [first = '', second = '', third = ''] = member.recoveryCodes;
  await complete(await passwordStep(member), first);
  const token = await passwordStep(member);
  await expectRefusal(InvalidCode, () => complete(token, first));
  await expectRefusal(InvalidCode, () => complete(token, 'aaaaa-aaaaa'));
  await complete(token, second.toUpperCase().replace('-', ' '));
  await complete(await passwordStep(member), third.replace('-', ''));
  expect(await recoveryOf(member.id)).toHaveLength(7);
});

test('a recovery code is its own account’s alone, and of two uses at the same moment one gets in', async () => {
  const member = await newProtected();
  const other = await newProtected();
  const [code = ''] = member.recoveryCodes;
  const otherToken = await passwordStep(other);
  await expectRefusal(InvalidCode, () => complete(otherToken, code));

  const tokens = [await passwordStep(member), await passwordStep(member)];
  const outcomes = await Promise.allSettled(tokens.map((token) => complete(token, code)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await recoveryOf(member.id)).toHaveLength(9);
});

test('the token between password and code is good for one login', async () => {
  const member = await newProtected();
  const token = await passwordStep(member);
  await complete(token, member.codeNow());
  clock.advance(30 * SECOND);
  await expectRefusal(InvalidMfaToken, () => complete(token, member.codeNow()));
  await expectRefusal(InvalidMfaToken, () => complete(token, member.recoveryCodes[0] as string));
});

test('the token between password and code is good for five minutes', async () => {
  const member = await newProtected();
  const early = await passwordStep(member);
  clock.advance(CHALLENGE_LIFE_MS - 1);
  await expect(complete(early, member.codeNow())).resolves.toBeDefined();
  const late = await passwordStep(member);
  clock.advance(CHALLENGE_LIFE_MS);
  await expectRefusal(InvalidMfaToken, () => complete(late, member.codeNow()));
});

test('a token that was not made for this step, or not by us, is refused without being counted', async () => {
  const member = await newProtected();
  const token = await passwordStep(member);
  const [content = '', mac = ''] = token.split('.');
  const other = await passwordStep(await newProtected());
  const passkeyToken = issueChallenge(keyring, 'passkey-login', member.id, clock.now()).token;
  const forged = JSON.parse(atob(content.replaceAll('-', '+').replaceAll('_', '/'))) as { expiresAt: number };
  forged.expiresAt += MINUTE;
  const bad = [
    '',
    'x',
    '.',
    content,
    `${content}.`,
    `.${mac}`,
    `${content}.${mac}.`,
    `${content}.${mac}=`,
    `${content}.${other.split('.')[1]}`,
    `${other.split('.')[0]}.${mac}`,
    `${btoa(JSON.stringify(forged)).replaceAll('=', '')}.${mac}`,
    passkeyToken,
    member.refreshToken,
  ];
  const before = await everything();
  for (const mfaToken of bad) {
    const ctx = stranger();
    const attempt = completeMfa(ctx, { mfaToken, code: member.codeNow() });
    await expect(attempt, mfaToken).rejects.toThrow(InvalidMfaToken.code);
    expect(costOf(ctx), mfaToken).toEqual({});
  }
  expect(await everything()).toEqual(before);
});

test('an account that was suspended between the two steps does not get in', async () => {
  const member = await newProtected();
  const token = await passwordStep(member);
  await db.update(account).set({ status: 'suspended' }).where(eq(account.id, member.id));
  await expectRefusal(AccountSuspended, () => complete(token, member.codeNow()));
});

test('a login that began with a password ends when the password is changed before the code', async () => {
  const member = await newProtected();
  const token = await passwordStep(member);
  const passwordHash = hashPassword('quite another one', shared.passwordCost);
  await db.update(account).set({ passwordHash }).where(eq(account.id, member.id));
  await expectRefusal(InvalidMfaToken, () => complete(token, member.codeNow()));
});

test('a hash of former, lower cost is renewed at the password step, which then goes on as always', async () => {
  const member = await newProtected();
  const token = await passwordStep(member, settings({ PASSWORD_COST: '9' }));
  expect((await accountRow(member.id))?.passwordHash).toMatch(/^scrypt\$9\$/);
  await expect(complete(token, member.codeNow())).resolves.toBeDefined();
});

test('a password step that is repeated with its idempotency key asks for the code again, renewed hash or not', async () => {
  const member = await newProtected();
  const ask = () =>
    request('/v1/auth/login', {
      method: 'POST',
      headers: { 'idempotency-key': 'once' },
      json: { email: member.email, password: PASSWORD },
      bindings: { ...quietQueues, PASSWORD_COST: '9' },
    });
  for (const answer of [await ask(), await ask()]) {
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: MfaRequired.code, mfaToken: expect.any(String) });
  }
});

test('what is kept of a recovery code cannot be tried out without our key', async () => {
  const { id, recoveryCodes } = await newProtected();
  const digests = (await recoveryOf(id)).map(({ digest }) => digest);
  expect(digests).toHaveLength(10);
  for (const code of recoveryCodes) {
    for (const spelling of [code, code.replace('-', '')]) {
      expect(digests).not.toContain(sha256(spelling));
      expect(digests).not.toContain(sha256(`${id} ${spelling}`));
    }
  }
});

test('a code that is overtaken by another password, or by a suspension, opens nothing and is not used up', async () => {
  const changes = [{ passwordHash: hashPassword('quite another', 8) }, { status: 'suspended' as const }];
  for (const change of changes) {
    const member = await newProtected();
    const [recovery = ''] = member.recoveryCodes;
    for (const code of [member.codeNow(), recovery]) {
      await db.update(account).set({ passwordHash: member.passwordHash, status: 'active' });
      const mfaToken = await passwordStep(member);
      const before = [await sessionsOf(member.id), await recoveryOf(member.id)];
      const overtaking = () => db.update(account).set(change).where(eq(account.id, member.id));
      const ctx = stranger({ bindings: overtakenBy(overtaking) });
      await expect(completeMfa(ctx, { mfaToken, code })).rejects.toThrow(InvalidCode.code);
      expect([await sessionsOf(member.id), await recoveryOf(member.id)]).toEqual(before);
    }
  }
});
