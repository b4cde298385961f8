import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { defineRefusal } from '../../src/kernel/errors.ts';
import { commit, must } from '../../src/platform/commit.ts';
import { spent } from '../../src/platform/tables.ts';
import { everything, testContext } from '../worker/ground.ts';

const Taken = defineRefusal('test.taken', 'conflict', 'Taken');
const Moved = defineRefusal('test.moved', 'conflict', 'Moved');
const audit = [{ action: 'test.done', subject: 'x' }];

test('a commit writes its change, its audit row and what is to be sent in one trip', async () => {
  const silent = { send: () => Promise.reject(new Error('the queue is down')) };
  const ctx = testContext({ bindings: { JOBS_QUEUE: silent as unknown as Queue } });
  const message = { id: 'out_1', kind: 'nothing' };
  const result = await commit(ctx, {
    writes: (db) => [db.insert(spent).values({ digest: 'one', expiresAt: 1 })],
    audit,
    outbox: [{ queue: 'jobs', message }],
    result: 'done',
  });
  expect(ctx.tally.d1Trips).toBe(1);

  expect(result).toBe('done');

  const after = await everything();
  expect(after.spent).toEqual([{ digest: 'one', expires_at: 1 }]);
  expect(after.audit).toMatchObject([{ action: 'test.done', actor_kind: 'anonymous', subject: 'x' }]);
  expect(after.outbox).toMatchObject([{ id: 'out_1', queue: 'jobs', body: JSON.stringify(message) }]);

  await ctx.settle();
  expect((await everything()).outbox).toMatchObject([{ id: 'out_1', attempts: 1 }]);
});

test('a write that had to change something and did not takes everything beside it along', async () => {
  const ctx = testContext();
  const before = await everything();
  const attempt = commit(ctx, {
    writes: (db) => [
      db.insert(spent).values({ digest: 'two', expiresAt: 1 }),
      must(db.update(spent).set({ expiresAt: 2 }).where(eq(spent.digest, 'never'))),
    ],
    audit,
    outbox: [{ queue: 'jobs', message: { id: 'out_2', kind: 'nothing' } }],
    whenMoved: Moved,
    result: undefined,
  });

  await expect(attempt).rejects.toThrow(Moved.code);
  expect(await everything()).toEqual(before);
});

test('a write that had to change something passes when it did', async () => {
  const ctx = testContext();
  await commit(ctx, {
    writes: (db) => [
      db.insert(spent).values({ digest: 'three', expiresAt: 1 }),
      must(db.update(spent).set({ expiresAt: 3 }).where(eq(spent.digest, 'three'))),
    ],
    audit,
    result: undefined,
  });
  expect((await everything()).spent).toContainEqual({ digest: 'three', expires_at: 3 });
});

test('a taken unique value is the refusal that the verb gave it, and leaves nothing', async () => {
  const ctx = testContext();
  const write = () =>
    commit(ctx, {
      writes: (db) => [db.insert(spent).values({ digest: 'four', expiresAt: 1 })],
      audit,
      whenTaken: { 'spent.digest': Taken },
      result: undefined,
    });
  await write();
  const before = await everything();

  await expect(write()).rejects.toThrow(Taken.code);
  expect(await everything()).toEqual(before);
});
