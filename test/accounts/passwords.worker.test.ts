import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { changePassword } from '../../src/accounts/change-password.ts';
import {
  AccountSuspended,
  InvalidCredentials,
  InvalidResetToken,
  TooManyAttempts,
} from '../../src/accounts/errors.ts';
import { forgotPassword } from '../../src/accounts/forgot-password.ts';
import { login } from '../../src/accounts/login.ts';
import { refreshTokens } from '../../src/accounts/refresh-tokens.ts';
import { resetPassword } from '../../src/accounts/reset-password.ts';
import { RESET_LIFE_MS, resetToken } from '../../src/accounts/rules.ts';
import { account, passwordReset, session } from '../../src/accounts/tables.ts';
import { updateMe } from '../../src/accounts/update-me.ts';
import { newId } from '../../src/kernel/ids.ts';
import { AccountEnded, RequestInvalid } from '../../src/platform/errors.ts';
import { everything } from '../worker/ground.ts';
import {
  as,
  clock,
  costOf,
  db,
  expectRefusal,
  keyring,
  logIn,
  newestMail,
  newMember,
  overtakenBy,
  PASSWORD,
  queued,
  stranger,
} from './people.ts';

const NEW = 'amber-ferry-0815';
type Member = Awaited<ReturnType<typeof newMember>>;

const change = (member: Pick<Member, 'actor'>, currentPassword = PASSWORD, newPassword = NEW) =>
  changePassword(as(member.actor), { currentPassword, newPassword });
const enter = ({ email }: Pick<Member, 'email'>, password: string, ip?: string) =>
  login(stranger(ip === undefined ? {} : { ip }), { email: email as string, password });
const reset = (token: string, password = NEW) => resetPassword(stranger(), { token, password });
const write = (who: Pick<Member, 'actor'>) => updateMe(as(who.actor), { bio: 'still here' });
const sessionRow = async (who: Pick<Member, 'actor'>) =>
  (await db.select().from(session).where(eq(session.id, who.actor.sessionId)))[0];

/** Asks for a link, and takes the token out of the mail. */
async function forget(email: string): Promise<string> {
  const ctx = stranger();
  await forgotPassword(ctx, { email });
  await ctx.settle();
  const mail = await newestMail('reset_password');
  return /token=(\S+)/.exec(mail?.text ?? '')?.[1] ?? 'no token';
}

test('a changed password replaces the old one, ends every other session, and is told by mail', async () => {
  const laptop = await newMember();
  const phone = await logIn(laptop);
  const ctx = as(laptop.actor);
  await changePassword(ctx, { currentPassword: PASSWORD, newPassword: NEW });
  expect(costOf(ctx)).toEqual({ d1Trips: 2, limiterHops: 2 });
  await ctx.settle();
  expect(queued.at(-1)).toMatchObject({ notice: 'password_changed', accountId: laptop.id });

  expect(await sessionRow(phone)).toMatchObject({ endedBecause: 'password' });
  await expectRefusal(AccountEnded, () => write(phone));
  await expect(refreshTokens(stranger(), { refreshToken: phone.refreshToken })).rejects.toThrow();
  await expect(write(laptop)).resolves.toBeDefined();

  await expectRefusal(InvalidCredentials, () => enter(laptop, PASSWORD));
  await expect(enter(laptop, NEW)).resolves.toBeDefined();
});

test('whoever holds a session without knowing the password cannot change it, nor try for long', async () => {
  const member = await newMember();
  for (let free = 1; free <= 5; free += 1) {
    await expectRefusal(InvalidCredentials, () => change(member, 'wrong'));
  }
  const { retryAfterSeconds } = await expectRefusal(TooManyAttempts, () => change(member));
  expect(retryAfterSeconds).toBe(1);
  clock.advance(1_000);
  await expect(change(member)).resolves.toBeUndefined();
});

test('guesses at the login and at the change of the password are one count', async () => {
  const member = await newMember();
  for (let n = 1; n <= 3; n += 1) await expect(enter(member, 'wrong')).rejects.toThrow();
  for (let n = 1; n <= 2; n += 1) await expect(change(member, 'wrong')).rejects.toThrow();
  await expectRefusal(TooManyAttempts, () => enter(member, PASSWORD));
});

test('of 50 wrong changes at the same moment five are looked at', async () => {
  const member = await newMember();
  const before = await everything();
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => change(member, 'wrong')));
  const codes = outcomes.map((one) => one.status === 'rejected' && (one.reason as Error).message);
  expect(codes.filter((code) => code === InvalidCredentials.code)).toHaveLength(5);
  expect(codes.filter((code) => code === TooManyAttempts.code)).toHaveLength(45);
  expect(await everything()).toEqual(before);
});

test('of two changes at the same moment one counts, and its password is the one that works', async () => {
  const member = await newMember();
  const wishes = ['amber-ferry-0815', 'cobalt-kite-1312'];
  const outcomes = await Promise.allSettled(wishes.map((wish) => change(member, PASSWORD, wish)));
  const done = outcomes.findIndex(({ status }) => status === 'fulfilled');
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(enter(member, wishes[done] as string)).resolves.toBeDefined();
  await expectRefusal(InvalidCredentials, () => enter(member, wishes[1 - done] as string));
});

test('an easy new password is refused wherever one is chosen, before anything is counted', async () => {
  const member = await newMember({ email: 'margaret@example.com' });
  const token = await forget('margaret@example.com');
  for (const easy of ['password1234', 'abcabcabcabc', 'margaret-hamilton']) {
    const ctx = as(member.actor);
    const wish = { currentPassword: PASSWORD, newPassword: easy };
    const changing = await expectRefusal(RequestInvalid, () => changePassword(ctx, wish));
    expect(changing.errors).toMatchObject([{ pointer: '/newPassword', code: 'common_password' }]);
    expect(costOf(ctx)).toEqual({ d1Trips: 1 });
    const resetting = await expectRefusal(RequestInvalid, () => reset(token, easy));
    expect(resetting.errors).toMatchObject([{ pointer: '/password', code: 'common_password' }]);
  }
});

test('a suspended account, or a session that has ended, changes no password', async () => {
  const member = await newMember();
  await db.update(session).set({ endedAt: 1 }).where(eq(session.id, member.actor.sessionId));
  await expectRefusal(AccountEnded, () => change(member));
  await db.update(account).set({ status: 'suspended' }).where(eq(account.id, member.id));
  await expectRefusal(AccountSuspended, () => change(member));
});

test('to forget a password looks and costs the same for an address that has an account and one that has none', async () => {
  const { email } = await newMember();
  for (const one of [email as string, 'nobody-at-all@example.com']) {
    const ctx = stranger();
    expect(await forgotPassword(ctx, { email: one })).toEqual({ accepted: true });
    expect(costOf(ctx)).toEqual({ d1Trips: 1, limiterHops: 1 });
    await ctx.settle();
    expect(Object.keys(queued.at(-1) ?? {}).sort()).toEqual(['id', 'kind', 'resetId']);
  }
});

test('one address gets five links an hour, and nobody can tell from the answer', async () => {
  const { email } = await newMember();
  for (let n = 1; n <= 5; n += 1) await forget(email as string);
  const before = await everything();
  const sent = queued.length;
  const ctx = stranger();
  expect(await forgotPassword(ctx, { email: email as string })).toEqual({ accepted: true });
  expect(costOf(ctx)).toEqual({ limiterHops: 1 });
  expect(await everything()).toEqual(before);
  expect(queued).toHaveLength(sent);
});

test('the link replaces the password and ends every session; access tokens that still live write nothing', async () => {
  const laptop = await newMember();
  const phone = await logIn(laptop);
  const token = await forget(laptop.email as string);
  const ctx = stranger();
  await resetPassword(ctx, { token, password: NEW });
  expect(costOf(ctx)).toEqual({ d1Trips: 2 });
  await ctx.settle();
  expect(queued.at(-1)).toMatchObject({ notice: 'password_changed', accountId: laptop.id });

  for (const one of [laptop, phone]) {
    expect(await sessionRow(one)).toMatchObject({ endedBecause: 'password' });
    await expectRefusal(AccountEnded, () => write(one));
    await expect(refreshTokens(stranger(), { refreshToken: one.refreshToken })).rejects.toThrow();
  }
  await expectRefusal(InvalidCredentials, () => enter(laptop, PASSWORD));
  await expect(enter(laptop, NEW)).resolves.toBeDefined();
  expect(JSON.stringify(await everything())).not.toContain(token);
});

test('a link works once, also when it is used twice at the same moment, and ends all other links', async () => {
  const { email } = await newMember();
  const other = await forget(email as string);
  const token = await forget(email as string);
  const outcomes = await Promise.allSettled([reset(token), reset(token)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expectRefusal(InvalidResetToken, () => reset(token));
  await expectRefusal(InvalidResetToken, () => reset(other));
});

test('a link is good for one hour', async () => {
  const early = await forget((await newMember()).email as string);
  const late = await forget((await newMember()).email as string);
  clock.advance(RESET_LIFE_MS - 1);
  await expect(reset(early)).resolves.toBeUndefined();
  clock.advance(1);
  await expectRefusal(InvalidResetToken, () => reset(late));
});

test('a link of a suspended or former account changes nothing', async () => {
  for (const status of ['suspended', 'erased'] as const) {
    const { id, email } = await newMember();
    const token = await forget(email as string);
    await db.update(account).set({ status }).where(eq(account.id, id));
    await expectRefusal(InvalidResetToken, () => reset(token));
  }
});

test('a link that is overtaken by a suspension changes nothing', async () => {
  const { id, email, passwordHash } = await newMember();
  const token = await forget(email as string);
  const suspend = () => db.update(account).set({ status: 'suspended' }).where(eq(account.id, id));
  const ctx = stranger({ bindings: overtakenBy(suspend) });
  await expect(resetPassword(ctx, { token, password: NEW })).rejects.toThrow(InvalidResetToken.code);
  expect(await db.select().from(account).where(eq(account.id, id))).toMatchObject([{ passwordHash }]);
  expect(
    await db
      .select()
      .from(passwordReset)
      .where(eq(passwordReset.email, email as string)),
  ).toHaveLength(1);
});

test('what is not exactly a token of ours is refused before the database is asked', async () => {
  const { email } = await newMember();
  const token = await forget(email as string);
  const [id = '', mac = ''] = token.split('.');
  const other = newId('pwr', clock.now());
  await db.insert(passwordReset).values({ id: other, email: email as string, createdAt: clock.now() });
  const bad = [
    '',
    '.',
    id,
    `${id}.`,
    `.${mac}`,
    `${id}.${mac}=`,
    `${id}.${mac}.`,
    `${id}.${mac}.x`,
    `${id}.${mac.slice(1)}`,
    `${other}.${mac}`,
    `${id}.${keyring.mac('mail-code', 'verify', id)}`,
    `${id}.${keyring.mac('challenge', 'reset', id)}`,
  ];
  const before = await everything();
  for (const one of bad) {
    const ctx = stranger();
    const attempt = resetPassword(ctx, { token: one, password: NEW });
    await expect(attempt, one).rejects.toThrow(InvalidResetToken.code);
    expect(costOf(ctx), one).toEqual({});
  }
  expect(await everything()).toEqual(before);
  await expect(reset(resetToken(keyring, other))).resolves.toBeUndefined();
});
