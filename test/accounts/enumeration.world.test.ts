import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashPassword } from '../../src/accounts/password.ts';
import { startWorld, type World } from '../world.ts';

/**
 * Whoever asks about an address must not learn whether it has an account: not from the status, the headers
 * or the body, and not from how long the answer takes. Hashing is made cheap, so that it hides nothing.
 */
const SAMPLES = 200;
const WARM_UP = 20;
const PASSWORD = 'violet-tram-4711';
const KINDS = ['known', 'unknown'] as const;
type Kind = (typeof KINDS)[number];

const QUESTIONS = {
  login: { path: '/v1/auth/login', body: (email: string) => ({ email, password: 'wrong' }) },
  forgotPassword: { path: '/v1/auth/forgot-password', body: (email: string) => ({ email }) },
  resendCode: { path: '/v1/auth/resend-code', body: (email: string) => ({ email }) },
  registerAccount: {
    path: '/v1/auth/register',
    body: (email: string) => ({ email, password: PASSWORD, name: 'Somebody' }),
  },
} as const;
type Question = keyof typeof QUESTIONS;

let world: World;
const addresses = (kind: string) =>
  Array.from(
    { length: kind.endsWith('warm-up') ? WARM_UP : SAMPLES },
    (_, index) => `${kind}-${index}@example.com`,
  );

async function post(path: string, body: unknown) {
  const start = performance.now();
  const answer = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { answer, text, ms: performance.now() - start };
}

const ask = (question: Question, email: string) => {
  const { path, body } = QUESTIONS[question];
  return post(path, body(email));
};

beforeAll(async () => {
  world = await startWorld({ vars: { PASSWORD_COST: '8', AUTH_RATE_LIMIT: '1000000' } });
  const database = await world.database();
  const insert = database.prepare(
    `INSERT INTO account (id, email, name, password_hash, created_at, updated_at) VALUES (?1, ?1, 'Member', ?2, 0, 0)`,
  );
  const members = [...addresses('known'), ...addresses('known-warm-up'), 'known@example.com'];
  const passwordHash = hashPassword(PASSWORD, 8);
  await database.batch(members.map((email) => insert.bind(email, passwordHash)));
});
afterAll(() => world?.stop());

/** How often a sample of one kind takes longer than one of the other: a half when nobody can tell. */
function separability(times: Readonly<Record<Kind, readonly number[]>>): number {
  let longer = 0;
  for (const one of times.known) {
    for (const other of times.unknown) longer += one > other ? 1 : one === other ? 0.5 : 0;
  }
  return longer / (times.known.length * times.unknown.length);
}

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

async function measure(questions: readonly Question[], of: (kind: Kind) => readonly string[]) {
  const times = new Map(
    questions.map((question) => [question, { known: [] as number[], unknown: [] as number[] }]),
  );
  const jobs = questions.flatMap((question) =>
    KINDS.flatMap((kind) => of(kind).map((email) => ({ question, kind, email }))),
  );
  for (const { question, kind, email } of shuffled(jobs)) {
    const { ms, answer } = await ask(question, email);
    expect(answer.status).toBe(question === 'login' ? 401 : 202);
    times.get(question)?.[kind].push(ms);
  }
  return new Map([...times].map(([question, both]) => [question, separability(both)]));
}

const telling = (separable: ReadonlyMap<Question, number>) =>
  [...separable].filter(([, auc]) => auc > 0.6 || auc < 0.4);

test('an address that has an account and one that has none are answered with the same words', async () => {
  for (const question of Object.keys(QUESTIONS) as Question[]) {
    const seen = [];
    for (const kind of KINDS) {
      const { answer, text } = await ask(question, `${kind}@example.com`);
      const { requestId: _, ...body } = JSON.parse(text) as Record<string, unknown>;
      const headers = Object.fromEntries(answer.headers);
      expect(headers['x-request-id']).toMatch(/^req_/);
      for (const changing of ['x-request-id', 'date', 'ratelimit']) delete headers[changing];
      const length = text.length;
      seen.push({ status: answer.status, headers, body, length });
    }
    expect(seen[0], question).toEqual(seen[1]);
  }
});

test('nobody can tell from the time of an answer whether an address has an account', async () => {
  const questions = Object.keys(QUESTIONS) as Question[];
  await measure(questions, (kind) => addresses(`${kind}-warm-up`));
  const suspicious = telling(await measure(questions, addresses)).map(([question]) => question);
  // Two hundred samples mislead once in some hundred runs, but not twice about the same question.
  expect(telling(await measure(suspicious, addresses))).toEqual([]);
}, 300_000);
