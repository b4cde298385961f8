import { expect, test } from 'vitest';
import { Keeper } from '../../src/book/keeper.ts';
import type { OutboxRow } from '../../src/book/store/reader.ts';
import { openStorage } from './sim/storage.ts';

type Outcome = 'done' | 'later' | 'never';

function keep(send: (rows: readonly OutboxRow[]) => Promise<Outcome>) {
  const storage = openStorage();
  const wakes: (number | null)[] = [];
  const wakeIn = (waitMs: number | null) => void wakes.push(waitMs);
  const ground = { storage, sink: { send }, random: () => 0, wakeIn, gather: async () => {} };
  return { keeper: new Keeper(ground).open(), wakes };
}
const post = (subject: string) => (tx: Parameters<Parameters<Keeper['run']>[1]>[0]) => {
  tx.post('note', subject, {}, 0);
  return { ok: true };
};

test('a command that refuses leaves nothing of what it had begun', () => {
  const { keeper } = keep(async () => 'done');
  const outcome = keeper.run(0, (tx) => {
    tx.post('note', 'a', {}, 0);
    tx.grow();
    return { ok: false, refusal: 'no' };
  });
  expect(outcome).toEqual({ ok: false, refusal: 'no' });
  expect(keeper.look((reader) => [reader.head().version, reader.outboxDue(0, 9)])).toEqual([0, []]);
});

test('a bug in a command comes out as it is, and leaves nothing either', () => {
  const { keeper } = keep(async () => 'done');
  const run = () =>
    keeper.run(0, (tx) => {
      tx.grow();
      throw new TypeError('a bug');
    });
  expect(run).toThrow(TypeError);
  expect(keeper.look((reader) => reader.head().version)).toBe(0);
});

test('of two drains at once each row is sent by one', async () => {
  const sent: string[] = [];
  const { keeper } = keep(async (rows) => {
    sent.push(...rows.map(({ subject }) => subject));
    await Promise.resolve();
    return 'done';
  });
  for (const subject of ['a', 'b', 'c']) keeper.run(0, post(subject));
  await Promise.all([keeper.drain(() => 0), keeper.drain(() => 0), keeper.drain(() => 0)]);
  expect(sent).toEqual(['a', 'b', 'c']);
});

test('a failure waits twice as long each time and no longer than five minutes', async () => {
  const { keeper, wakes } = keep(async () => 'later');
  keeper.run(0, post('a'));
  let now = 0;
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    await keeper.drain(() => now);
    waits.push(Number(wakes.at(-1)));
    now += Number(wakes.at(-1));
  }
  expect(waits.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
  expect(Math.max(...waits)).toBe(300_000);
});

test('a sink that throws against its word stops nothing but its own turn', async () => {
  const { keeper, wakes } = keep(async () => {
    throw new Error('unexpected');
  });
  keeper.run(0, post('a'));
  await keeper.drain(() => 0);
  expect(wakes.at(-1)).toBe(5_000);
  expect(keeper.look((reader) => reader.outboxDue(0, 9))).toHaveLength(1);
});

test('what is posted again under the same subject goes once, as it is now', async () => {
  const sent: OutboxRow[] = [];
  const { keeper } = keep(async (rows) => {
    sent.push(...rows);
    return 'done';
  });
  for (const n of [1, 2, 3]) {
    keeper.run(0, (tx) => {
      tx.post('note', 'a', { n }, 0);
      return { ok: true };
    });
  }
  await keeper.drain(() => 0);
  expect(sent.map(({ body }) => body)).toEqual(['{"n":3}']);
});

test('who comes later while a drain is at work is drained as of their own moment', async () => {
  const sent: string[] = [];
  const { keeper } = keep(async (rows) => {
    sent.push(...rows.map(({ subject }) => subject));
    await Promise.resolve();
    return 'done';
  });
  keeper.run(0, post('a'));
  const first = keeper.drain(() => 0);
  keeper.run(5_000, (tx) => {
    tx.post('note', 'b', {}, 5_000);
    return { ok: true };
  });
  await Promise.all([first, keeper.drain(() => 5_000)]);
  expect(sent).toEqual(['a', 'b']);
});
