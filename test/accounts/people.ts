import { env } from 'cloudflare:workers';
import { drizzle } from 'drizzle-orm/d1';
import { expect } from 'vitest';
import { AccountMail, composeAccountMail } from '../../src/accounts/mails.ts';
import { hashPassword } from '../../src/accounts/password.ts';
import { standingOf } from '../../src/accounts/queries.ts';
import { refreshToken, SESSION_LIFE_MS } from '../../src/accounts/rules.ts';
import { account, session } from '../../src/accounts/tables.ts';
import type { Account } from '../../src/accounts/to-user.ts';
import type { SessionActor, UserActor } from '../../src/kernel/actor.ts';
import { createKeyring } from '../../src/kernel/crypto.ts';
import { Refusal, type RefusalDetails, type RefusalType } from '../../src/kernel/errors.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { Mail } from '../../src/platform/mail.ts';
import type { Message } from '../../src/platform/outbox.ts';
import { everything, settings, type TestContext, testClock, testContext } from '../worker/ground.ts';

/** People, what they hold, and what it costs them. One clock and one pair of quiet queues per test file. */
export const clock = testClock();
export const shared = settings();
export const keyring = createKeyring(shared.masterSecret);
export const db = drizzle(env.DB);

/** What was sent to a queue and not consumed: a test that wants it consumed does so itself. */
export const queued: Message[] = [];
const quiet = { send: async (message: Message) => void queued.push(message) } as unknown as Queue;
export const quietQueues = { MAIL_QUEUE: quiet, JOBS_QUEUE: quiet };

type Options = Omit<NonNullable<Parameters<typeof testContext>[0]>, 'actor'>;

export const stranger = (options: Options = {}): TestContext =>
  testContext({ clock, settings: shared, ...options, bindings: { ...quietQueues, ...options.bindings } });

/** Somebody whom the front door has let in: their writes hold only while they are in good standing. */
export const as = (actor: UserActor, options: Options = {}): TestContext => ({
  ...stranger({ ...options, actor } as Options),
  standing: standingOf(actor, (options.clock ?? clock).now()),
});

export const PASSWORD = 'violet-tram-4711';
let passwordHash: string | undefined;
let count = 0;

/** An account with a proven address, as if its owner had come all the way through the door. */
export async function newPerson(changes: Partial<typeof account.$inferInsert> = {}): Promise<Account> {
  passwordHash ??= hashPassword(PASSWORD, shared.passwordCost);
  count += 1;
  const now = clock.now();
  const values = {
    id: newId('usr', now),
    email: `person-${count}@example.com`,
    name: `Person ${count}`,
    passwordHash,
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
  const [row] = await db.insert(account).values(values).returning();
  return row as Account;
}

export type Login = { actor: SessionActor; refreshToken: string };

export async function logIn(
  owner: Pick<Account, 'id' | 'isHost' | 'roles'>,
  changes: Partial<typeof session.$inferInsert> = {},
): Promise<Login> {
  const now = clock.now();
  const row = {
    id: newId('ses', now),
    accountId: owner.id,
    generation: 1,
    rotatedAt: now,
    mfa: false,
    authenticatedAt: now,
    expiresAt: now + SESSION_LIFE_MS,
    createdAt: now,
    ...changes,
  };
  await db.insert(session).values(row);
  const actor = {
    kind: 'session',
    accountId: owner.id,
    sessionId: row.id,
    isHost: owner.isHost,
    roles: owner.roles,
    mfa: row.mfa,
    authenticatedAt: row.authenticatedAt,
  } as const;
  return { actor, refreshToken: refreshToken(keyring, row.id, row.generation ?? 1) };
}

/** A person who is logged in. */
export async function newMember(changes: Partial<typeof account.$inferInsert> = {}) {
  const person = await newPerson(changes);
  return { ...person, ...(await logIn(person)) };
}

/** Refused for this reason, and nothing at all happened: no row anywhere is different, nothing was sent. */
export async function expectRefusal(
  type: RefusalType,
  attempt: () => Promise<unknown>,
): Promise<RefusalDetails> {
  const before = await everything();
  const sent = queued.length;
  const error = await attempt().then(
    () => new Error(`Not refused; expected ${type.code}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw error;
  expect(error.type.code).toBe(type.code);
  expect(await everything()).toEqual(before);
  expect(queued.length).toBe(sent);
  return error.details;
}

/** The database as it is for somebody who is overtaken: `first` happens between their reading and their writing. */
export const overtakenBy = (first: () => Promise<unknown>): Partial<Cloudflare.Env> => ({
  DB: {
    prepare: env.DB.prepare.bind(env.DB),
    batch: async (statements: D1PreparedStatement[]) => {
      await first();
      return env.DB.batch(statements);
    },
  } as unknown as D1Database,
});

/** The last thing that was written down about who did what. */
export const newestAudit = async (): Promise<unknown> => (await everything()).audit?.at(-1);

/** The world outside, asked directly: with a body it is told something. */
export const sandbox = (path: string, body?: unknown): Promise<Response> =>
  (env.SANDBOX as Fetcher).fetch(`http://sandbox/sandbox/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** What the caller waited for, by kind of trip; kinds that were not used are left out. */
export function costOf({ tally }: Pick<TestContext, 'tally'>): Record<string, number> {
  const { d1Trips, kvReads, kvWrites, limiterHops, bookHops } = tally;
  const kinds = { d1Trips, kvReads, kvWrites, limiterHops, bookHops };
  return Object.fromEntries(Object.entries(kinds).filter(([, trips]) => trips > 0));
}

/** The mail that the newest message of this kind turns into; null when there is nobody to write to. */
export async function newestMail(kind: string): Promise<Mail | null> {
  const message = queued.findLast((one) => one.kind === kind);
  return composeAccountMail(stranger(), AccountMail.parse(message));
}

/** The code as a person reads it: on a line of its own. */
export const codeIn = (mail: Mail | null): string => /^\d{6}$/m.exec(mail?.text ?? '')?.[0] ?? 'no code';

export const otherCode = (code: string): string =>
  code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
