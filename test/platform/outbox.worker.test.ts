import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/kernel/clock.ts';
import { commit } from '../../src/platform/commit.ts';
import { everything, testClock, testContext } from '../worker/ground.ts';

const clock = testClock();
const sent: unknown[] = [];
let working = true;
const queue = {
  send: async (message: unknown) => {
    if (!working) throw new Error('the queue is down');
    sent.push(message);
  },
} as unknown as Queue;
const context = () => testContext({ clock, bindings: { JOBS_QUEUE: queue, MAIL_QUEUE: queue } });

const ask = async (id: string) => {
  const ctx = context();
  const outbox = [{ queue: 'jobs' as const, message: { id, kind: 'nothing' } }];
  await commit(ctx, { writes: () => [], audit: [], outbox, result: undefined });
  await ctx.settle();
};
const waiting = async () => (await everything()).outbox as { id: string; attempts: number }[];

test('what a commit asks for is sent right after it, and then forgotten', async () => {
  await ask('out_a');
  expect(sent).toEqual([{ id: 'out_a', kind: 'nothing' }]);
  expect(await waiting()).toEqual([]);
});

test('while the queue is down nothing is lost, and the sweep waits longer each time', async () => {
  working = false;
  sent.length = 0;
  await ask('out_b');
  expect(await waiting()).toMatchObject([{ id: 'out_b', attempts: 1 }]);

  expect(await context().sweepOutbox()).toBe(0);
  clock.advance(45 * SECOND);
  expect(await context().sweepOutbox()).toBe(1);
  expect(await waiting()).toMatchObject([{ id: 'out_b', attempts: 2 }]);
  clock.advance(20 * SECOND);
  expect(await context().sweepOutbox()).toBe(0);
});

test('when the queue is back the sweep sends what waited, once', async () => {
  working = true;
  clock.advance(10 * MINUTE);
  expect(await context().sweepOutbox()).toBe(1);
  expect(sent).toEqual([{ id: 'out_b', kind: 'nothing' }]);
  expect(await context().sweepOutbox()).toBe(0);
  expect(await waiting()).toEqual([]);
});

test('one message that cannot be sent holds up no other', async () => {
  sent.length = 0;
  const picky = {
    send: async (message: { id: string }) => {
      if (message.id === 'out_bad') throw new Error('too large');
      sent.push(message.id);
    },
  } as unknown as Queue;
  const ctx = testContext({ clock, bindings: { JOBS_QUEUE: picky } });
  const outbox = ['out_bad', 'out_c', 'out_d'].map((id) => ({
    queue: 'jobs' as const,
    message: { id, kind: 'nothing' },
  }));
  await commit(ctx, { writes: () => [], audit: [], outbox, result: undefined });
  await ctx.settle();
  expect(sent).toEqual(['out_c', 'out_d']);
  expect(await waiting()).toMatchObject([{ id: 'out_bad', attempts: 1 }]);
});

test('a crash after the commit and before the drain is made good by the sweep', async () => {
  await env.DB.prepare('DELETE FROM outbox').run();
  sent.length = 0;
  const ctx = { ...context(), defer: () => {}, drain: async () => {} };
  const outbox = [{ queue: 'mail' as const, message: { id: 'out_e', kind: 'nothing' } }];
  await commit(ctx, { writes: () => [], audit: [], outbox, result: undefined });
  expect(sent).toEqual([]);

  clock.advance(HOUR);
  expect(await context().sweepOutbox()).toBe(1);
  expect(sent).toEqual([{ id: 'out_e', kind: 'nothing' }]);
});

test('a hundred messages that cannot be sent are all put off, not tried again at once', async () => {
  await env.DB.prepare('DELETE FROM outbox').run();
  working = false;
  const plant = env.DB.prepare('INSERT INTO outbox (id, queue, body, next_attempt_at) VALUES (?, ?, ?, 0)');
  const ids = Array.from({ length: 100 }, (_, index) => `out_many_${index}`);
  await env.DB.batch(ids.map((id) => plant.bind(id, 'jobs', JSON.stringify({ id, kind: 'nothing' }))));

  await context().sweepOutbox();
  await context().sweepOutbox();
  expect((await waiting()).every(({ attempts }) => attempts === 1)).toBe(true);
  expect(await context().sweepOutbox()).toBe(0);
});
