import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { forgotPassword } from '../../src/accounts/forgot-password.ts';
import { notice } from '../../src/accounts/mails.ts';
import { registerAccount } from '../../src/accounts/register-account.ts';
import { resendCode } from '../../src/accounts/resend-code.ts';
import { resetPassword } from '../../src/accounts/reset-password.ts';
import { account, registration } from '../../src/accounts/tables.ts';
import { verifyEmail } from '../../src/accounts/verify-email.ts';
import type { Message } from '../../src/platform/outbox.ts';
import { inbox } from '../../src/platform/tables.ts';
import { consume } from '../../src/queues.ts';
import { everything } from '../worker/ground.ts';
import {
  clock,
  codeIn,
  db,
  newestMail,
  newPerson,
  PASSWORD,
  queued,
  sandbox,
  shared,
  stranger,
} from './people.ts';

type SentMail = { to: string; subject: string; text: string; code?: string; links: string[] };

let count = 0;
const newAddress = () => `reader-${++count}@example.com`;

async function deliver(messages: readonly unknown[], queue = 'roost-mail', attempts = 1) {
  const batch = createMessageBatch(
    queue,
    messages.map((body, index) => ({
      id: `delivery-${index}-${JSON.stringify(body).length}`,
      timestamp: 0,
      attempts,
      body,
    })),
  );
  const retries = batch.messages.map((message) => vi.spyOn(message, 'retry'));
  const execution = createExecutionContext();
  await consume(batch, env, execution);
  const { explicitAcks } = await getQueueResult(batch, execution);
  const again = retries.flatMap(({ mock }) => mock.calls.map(([options]) => options?.delaySeconds));
  return { acknowledged: explicitAcks.length, again };
}

async function inboxOf(address: string): Promise<SentMail[]> {
  const answer = await sandbox(`mail?to=${encodeURIComponent(address)}`);
  return ((await answer.json()) as { data: SentMail[] }).data;
}

const mailFails = (mode: 'down' | 'error', times: number) =>
  sandbox('faults', { target: 'mail', mode, times });

async function askedBy(work: (ctx: ReturnType<typeof stranger>) => Promise<unknown>): Promise<Message> {
  const ctx = stranger();
  await work(ctx);
  await ctx.settle();
  return queued.at(-1) as Message;
}

const registering = (email: string, name = 'Ada') =>
  askedBy((ctx) => registerAccount(ctx, { email, password: PASSWORD, name }));
const forgetting = (email: string) => askedBy((ctx) => forgotPassword(ctx, { email }));

test('the code stands on a line of its own, and it is the one that verifies the address', async () => {
  const email = newAddress();
  expect(await deliver([await registering(email)])).toEqual({ acknowledged: 1, again: [] });
  const [mail] = await inboxOf(email);
  expect(mail).toMatchObject({ to: email, subject: 'Your Roost code' });
  expect(mail?.text.split('\n')).toContain(mail?.code);
  const { user } = await verifyEmail(stranger(), { email, code: mail?.code as string });
  expect(user.email).toBe(email);
});

test('a message that is delivered twice is one mail', async () => {
  const email = newAddress();
  const message = await registering(email);
  await deliver([message, message]);
  expect(await deliver([message])).toEqual({ acknowledged: 1, again: [] });
  expect(await inboxOf(email)).toHaveLength(1);
});

test('a message that was sent is not even offered to the provider again', async () => {
  const message = await registering(newAddress());
  await deliver([message]);
  await mailFails('down', 1);
  expect(await deliver([message])).toEqual({ acknowledged: 1, again: [] });
  expect(await deliver([await registering(newAddress())])).toMatchObject({ acknowledged: 0 });
});

test('a crash between sending and remembering is still one mail', async () => {
  const email = newAddress();
  const message = await registering(email);
  await deliver([message]);
  await db.delete(inbox).where(eq(inbox.messageId, message.id));
  await deliver([message]);
  expect(await inboxOf(email)).toHaveLength(1);
});

test('while the provider is down the message comes back later and later, and then arrives', async () => {
  const email = newAddress();
  const message = await registering(email);
  const before = await everything();
  await mailFails('down', 3);
  for (const [attempt, seconds] of [
    [1, 5],
    [2, 10],
    [3, 20],
  ] as const) {
    const { acknowledged, again } = await deliver([message], 'roost-mail', attempt);
    expect(acknowledged).toBe(0);
    expect(again).toHaveLength(1);
    expect(again[0]).toBeGreaterThanOrEqual(seconds);
    expect(again[0]).toBeLessThanOrEqual(1.5 * seconds + 1);
  }
  expect(await inboxOf(email)).toEqual([]);
  expect(await everything()).toEqual(before);

  expect(await deliver([message])).toEqual({ acknowledged: 1, again: [] });
  expect(await inboxOf(email)).toHaveLength(1);
});

test('a provider that did its work and lost the answer is asked again, and that is one mail', async () => {
  const email = newAddress();
  const message = await registering(email);
  await mailFails('error', 1);
  expect((await deliver([message])).acknowledged).toBe(0);
  expect((await deliver([message])).acknowledged).toBe(1);
  expect(await inboxOf(email)).toHaveLength(1);
});

test('a poisoned message stops nobody, and ends where staff can look at it, once', async () => {
  const [first, last] = [newAddress(), newAddress()];
  const poisons = [{ id: 'out_poison', kind: 'sing_a_song' }, 'not even an object'];
  const good = [await registering(first), await registering(last)];
  const { acknowledged, again } = await deliver([good[0], ...poisons, good[1]]);
  expect({ acknowledged, again: again.length }).toEqual({ acknowledged: 2, again: 2 });
  expect(await inboxOf(first)).toHaveLength(1);
  expect(await inboxOf(last)).toHaveLength(1);

  expect(await deliver(poisons, 'roost-mail-dead')).toEqual({ acknowledged: 2, again: [] });
  expect(await deliver(poisons, 'roost-mail-dead')).toEqual({ acknowledged: 2, again: [] });
  const { dead_letter: dead } = await everything();
  expect(dead).toMatchObject(poisons.map((body) => ({ queue: 'mail', body: JSON.stringify(body) })));
});

test('an address that has an account hears that it has one, and gets no code', async () => {
  const known = await newPerson();
  await deliver([await registering(known.email as string, 'A stranger')]);
  const [mail] = await inboxOf(known.email as string);
  expect(mail?.subject).toBe('You already have a Roost account');
  expect(mail?.text).toContain('You already have an account');
  expect(mail?.text).toContain(known.name);
  expect(mail?.text).not.toMatch(/\d{6}|A stranger/);
  expect(mail?.links).toEqual([]);
});

test('a stranger cannot put words of their own into a mail to somebody else', async () => {
  const email = newAddress();
  const names = [
    'Visit https://evil.example now',
    'You won. Call 555 0100',
    'x\u2028123456\u2028',
    '\u202e654321',
  ];
  for (const name of names) {
    await registering(email, name);
    const mail = await newestMail('verify_email');
    expect(mail?.text).not.toContain(name);
    expect(mail?.text.match(/\d{6}/g)).toEqual([codeIn(mail)]);
  }
});

test('a code that was replaced before its mail went out is not mailed any more', async () => {
  const email = newAddress();
  const outdated = await registering(email);
  const current = await askedBy((ctx) => resendCode(ctx, { email }));
  expect(await deliver([outdated, current])).toEqual({ acknowledged: 2, again: [] });
  expect(await inboxOf(email)).toHaveLength(1);
});

test('nobody is written to about a code that nobody waits for', async () => {
  const unknown = newAddress();
  expect(await deliver([await askedBy((ctx) => resendCode(ctx, { email: unknown }))])).toMatchObject({
    acknowledged: 1,
  });
  const gone = newAddress();
  const message = await registering(gone);
  await db.delete(registration).where(eq(registration.email, gone));
  await deliver([message]);
  expect([...(await inboxOf(unknown)), ...(await inboxOf(gone))]).toEqual([]);
});

test('the link to choose a new password works, and goes only to an account in good standing', async () => {
  const known = await newPerson();
  await deliver([await forgetting(known.email as string)]);
  const [mail] = await inboxOf(known.email as string);
  const link = new URL(mail?.links[0] as string);
  expect(link.origin).toBe(shared.origin);
  const token = link.searchParams.get('token') as string;
  await expect(
    resetPassword(stranger(), { token, password: 'an entirely new one' }),
  ).resolves.toBeUndefined();

  const unknown = newAddress();
  await deliver([await forgetting(unknown)]);
  expect(await inboxOf(unknown)).toEqual([]);

  const suspended = await newPerson({ status: 'suspended' });
  await deliver([await forgetting(suspended.email as string)]);
  expect(await inboxOf(suspended.email as string)).toEqual([]);
});

test('a notice about an account says what changed and whom it concerns', async () => {
  const known = await newPerson();
  const about = [
    ['password_changed', /password of your account was changed/],
    ['totp_enrolled', /authenticator app now protects/],
    ['totp_removed', /authenticator app was removed/],
    ['passkey_added', /passkey was added/],
    ['passkey_removed', /passkey was removed/],
    ['api_key_created', /API key was created/],
  ] as const;
  for (const [what, words] of about) {
    await deliver([notice({ clock }, known.id, what).message]);
    const [newest] = await inboxOf(known.email as string);
    expect(newest?.text).toMatch(words);
    expect(newest?.text).toContain(known.name);
  }
  const former = await newPerson();
  const message = notice({ clock }, former.id, 'passkey_added').message;
  await db.update(account).set({ email: null, status: 'erased' }).where(eq(account.id, former.id));
  expect(await deliver([message])).toEqual({ acknowledged: 1, again: [] });
  expect(await inboxOf(former.email as string)).toEqual([]);
});
