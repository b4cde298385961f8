import { env } from 'cloudflare:workers';
import { OpenAPIHono } from '@hono/zod-openapi';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionActor } from '../../src/kernel/actor.ts';
import { DAY, SECOND } from '../../src/kernel/clock.ts';
import { defineRefusal, Fault } from '../../src/kernel/errors.ts';
import { z } from '../../src/kernel/zod.ts';
import { commit } from '../../src/platform/commit.ts';
import { type Door, type DoorEnv, endpoint, mount } from '../../src/platform/endpoint.ts';
import { StateMoved } from '../../src/platform/errors.ts';
import { toAnswer } from '../../src/platform/problem.ts';
import { spent } from '../../src/platform/tables.ts';
import { settings, type TestContext, testClock, testContext } from '../worker/ground.ts';

/**
 * Requests with one key in every order and at every distance, over the real door and the real database: each
 * stops before its commit and goes on, or never does. What each of them is answered is told beforehand by a
 * model of ten lines.
 */
const SCHEDULES = 500;
const LANES = 5;
const LEASE_MS = 30 * SECOND;

const Taken = defineRefusal('test.taken', 'conflict', 'Taken');
const ENDS = ['commit', 'say', 'refuse', 'move', 'fail'] as const;
type End = (typeof ENDS)[number];
type Step = { ask: 'a' | 'b' } | { end: End; which: number } | { wait: number };
type Row = { owner: number; body: string; leasedUntil: number; expiresAt: number; answer: string | null };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ ask: fc.constantFrom<'a' | 'b'>('a', 'a', 'a', 'b') }) },
    { weight: 4, arbitrary: fc.record({ end: fc.constantFrom(...ENDS), which: fc.nat(7) }) },
    {
      weight: 3,
      arbitrary: fc.record({ wait: fc.constantFrom(SECOND, LEASE_MS - 1, LEASE_MS, DAY - LEASE_MS, DAY) }),
    },
  ),
  { minLength: 3, maxLength: 10 },
);

const SOMEBODY: SessionActor = {
  kind: 'session',
  accountId: 'usr_somebody',
  sessionId: 'ses_somebody',
  isHost: false,
  roles: [],
  mfa: false,
  authenticatedAt: 0,
};

const shared = settings();
const door = openDoor();
let schedules = 0;

async function run(schedule: readonly Step[]): Promise<void> {
  const name = `schedule-${++schedules}`;
  const clock = testClock();
  const requests = Array.from({ length: schedule.length }, (_, me) => door.prepare(name, me, clock));
  const pending: number[] = [];
  let row = null as Row | null;
  let asked = 0;
  const committed: string[] = [];

  for (const step of schedule) {
    if ('wait' in step) clock.advance(step.wait);
    else if ('ask' in step) {
      const me = asked++;
      const now = clock.now();
      if (row && row.expiresAt <= now) row = null;
      const mayTakeOver = row?.answer === null && row.leasedUntil <= now && row.body === step.ask;
      const expected: string = row === null || mayTakeOver ? 'runs' : toAsker(row, step.ask);
      if (expected === 'runs') {
        row = { owner: me, body: step.ask, leasedUntil: now + LEASE_MS, expiresAt: now + DAY, answer: null };
        pending.push(me);
      }
      expect(await requests[me]?.ask(step.ask)).toBe(expected);
    } else if (pending.length > 0) {
      const [me] = pending.splice(step.which % pending.length, 1) as [number];
      const isMine: boolean = row !== null && row.owner === me && row.answer === null;
      const answer = (await requests[me]?.end(step.end)) ?? 'no request';
      expect(answer).toMatch(toRunner(step.end, me, isMine));
      if (!isMine || !row) continue;
      if (step.end === 'commit') committed.push(`${name} ${me}`);
      if (step.end === 'move' || step.end === 'fail') row = null;
      else row = { ...row, answer };
    }
  }

  const written = env.DB.prepare('SELECT digest FROM spent WHERE digest BETWEEN ? AND ?');
  const { results } = await written.bind(`${name} `, `${name} :`).all<{ digest: string }>();
  expect(results.map(({ digest }) => digest).sort()).toEqual(committed.sort());
}

function toAsker({ body, answer }: Row, asked: string): string {
  if (body !== asked) return '422 idempotency.key_reused';
  return answer === null ? '409 idempotency.in_progress' : `replay ${answer}`;
}

function toRunner(end: End, me: number, isMine: boolean): RegExp {
  switch (end) {
    case 'commit':
      return isMine ? new RegExp(`^201 \\{"did":${me}\\}$`) : /^409 idempotency\.in_progress$/;
    case 'say':
      return new RegExp(`^201 \\{"did":${me}\\}$`);
    case 'refuse':
      return /^409 test\.taken by /;
    case 'move':
      return /^409 request\.conflict$/;
    case 'fail':
      return /^503 service\.unavailable$/;
  }
}

/** One operation whose verb waits to be told how it ends. */
function openDoor() {
  type Request = { context: TestContext; reach: () => void; ended: Promise<End> };
  const known = new Map<string, Request>();
  const operation = endpoint({
    method: 'post',
    path: '/do',
    operationId: 'doIt',
    room: 'test',
    summary: 'Does it',
    access: 'session',
    body: z.strictObject({ value: z.string() }),
    refusals: [Taken],
    status: 201,
    response: z.object({ did: z.int() }),
    handle: async (ctx) => {
      const { reach, ended } = known.get(ctx.requestId) as Request;
      reach();
      const result = { did: Number(ctx.requestId.split(' ')[1]) };
      switch (await ended) {
        case 'refuse':
          throw Taken();
        case 'move':
          throw StateMoved();
        case 'fail':
          throw new Fault('test');
        case 'say':
          return result;
        case 'commit':
          return commit(ctx, {
            writes: (db) => [db.insert(spent).values({ digest: ctx.requestId, expiresAt: 1 })],
            audit: [],
            result,
          });
      }
    },
  });
  const app = new OpenAPIHono<DoorEnv>();
  app.use(async (c, next) => {
    const { context } = known.get(c.req.header('x-me') ?? '') as Request;
    const authenticate = async () => ({ actor: SOMEBODY, standing: null });
    c.set('door', { context, authenticate } satisfies Door);
    await next();
  });
  app.onError((error, c) => {
    const { status, body } = toAnswer(error, c.get('door').context.requestId) ?? { status: 500, body: '{}' };
    return new Response(body, { status });
  });
  mount(app, [operation]);

  const fetchAnswer = async (id: string, key: string, value: string): Promise<string> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key, 'x-me': id };
    const response = await app.request('/do', { method: 'POST', headers, body: JSON.stringify({ value }) });
    const text = await response.text();
    const { code, requestId } = JSON.parse(text);
    const told = `${response.status} ${code === Taken.code ? `${code} by ${requestId}` : (code ?? text)}`;
    return response.headers.has('idempotent-replayed') ? `replay ${told}` : told;
  };
  return {
    prepare(key: string, me: number, clock: { now(): number }) {
      const requestId = `${key} ${me}`;
      const context = { ...testContext({ clock, settings: shared }), requestId };
      const reached = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<End>();
      known.set(requestId, { context, reach: reached.resolve, ended: ended.promise });
      let answer: Promise<string>;
      return {
        /** `runs` when the verb was reached, otherwise the answer. */
        ask(value: string): Promise<string> {
          answer = fetchAnswer(requestId, key, value);
          return Promise.race([reached.promise.then(() => 'runs'), answer]);
        },
        async end(how: End): Promise<string> {
          ended.resolve(how);
          const told = await answer;
          await context.settle();
          return told;
        },
      };
    },
  };
}

test(`in ${SCHEDULES} schedules of requests with one key, each is answered as the key promises`, async () => {
  const numRuns = SCHEDULES / LANES;
  // A failure prints its seed and path; given here, they repeat it.
  await Promise.all(
    Array.from({ length: LANES }, () => fc.assert(fc.asyncProperty(steps, run), { numRuns })),
  );
}, 60_000);
