import { expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import type { PublicText } from '../../src/platform/public-cache.ts';
import { kept } from '../../src/search/keep-page.ts';

/** A reader with a clock and a KV of their own; `made` counts how often the index was asked. */
function reader(kv = new Map<string, string>()) {
  const work: Promise<unknown>[] = [];
  const wait = null as Promise<void> | null;
  const seen = { reads: 0, made: 0, now: 1_900_000_000_000, isBroken: false, wait };
  const ctx = {
    clock: { now: () => seen.now },
    log: { warn: () => {} },
    defer: (one: Promise<unknown>) => void work.push(one),
    kv: {
      get: async (key: string) => {
        seen.reads += 1;
        return kv.get(key) ?? null;
      },
      put: async (key: string, value: string) => void kv.set(key, value),
      delete: async (key: string) => void kv.delete(key),
    },
  } as unknown as Context;
  const make = async () => {
    if (seen.isBroken) throw new Error('The index is down');
    const made = (seen.made += 1);
    await seen.wait;
    return `{"made":${made}}` as PublicText;
  };
  const ask = async (key: string, fresh = false) => (await kept(ctx, key, fresh, make)).body;
  return { seen, kv, ask, settle: () => Promise.all(work.splice(0)) };
}
const newKey = () => `search/test/${crypto.randomUUID()}`;

test('a page is made once, then comes from memory for five seconds, and then from KV', async () => {
  const [key, { seen, ask, settle }] = [newKey(), reader()];
  expect(await ask(key)).toBe('{"made":1}');
  await settle();
  seen.now += 5_000;
  expect(await ask(key)).toBe('{"made":1}');
  expect(seen).toMatchObject({ made: 1, reads: 1 });
  seen.now += 1;
  expect(await ask(key)).toBe('{"made":1}');
  expect(seen).toMatchObject({ made: 1, reads: 2 });
});

test('what is past half of its life is answered once more, while one reader makes it anew', async () => {
  const [key, { seen, ask, settle }] = [newKey(), reader()];
  await ask(key);
  await settle();
  seen.now += 25_001;
  expect(await ask(key)).toBe('{"made":1}');
  await settle();
  expect(seen.made).toBe(2);
  expect(await ask(key)).toBe('{"made":2}');
});

test('nothing older than 55 seconds is ever answered, whatever copy KV gives', async () => {
  const [key, { seen, ask, settle, kv }] = [newKey(), reader()];
  await ask(key);
  await settle();
  const old = kv.get(key) as string;
  seen.now += 50_000;
  expect(await ask(key)).toBe('{"made":1}');
  await settle();
  kv.set(key, old);
  seen.now += 5_001;
  expect(await ask(key)).toBe('{"made":3}');
});

test('who asks for what is true now gets it, and so does everybody after', async () => {
  const [key, { seen, ask, settle }] = [newKey(), reader()];
  await ask(key);
  await settle();
  expect(await ask(key, true)).toBe('{"made":2}');
  expect(await ask(key)).toBe('{"made":2}');
  expect(seen.reads).toBe(1);
});

test('what was begun before somebody asked for what is true now does not take its place', async () => {
  const [key, { seen, ask, settle }] = [newKey(), reader()];
  await ask(key);
  await settle();
  seen.now += 25_001;
  const answer = Promise.withResolvers<void>();
  seen.wait = answer.promise;
  await ask(key);
  seen.wait = null;
  seen.now += 1_000;
  expect(await ask(key, true)).toBe('{"made":3}');
  answer.resolve();
  await settle();
  expect(await ask(key)).toBe('{"made":3}');
  seen.now += 5_001;
  expect(await ask(key)).toBe('{"made":3}');
});

test('while it can not be made anew, a page is answered until its time is over, and then no more', async () => {
  const [key, { seen, ask, settle }] = [newKey(), reader()];
  await ask(key);
  await settle();
  seen.isBroken = true;
  seen.now += 45_000;
  expect(await ask(key)).toBe('{"made":1}');
  await settle();
  seen.now += 5_001;
  await expect(ask(key)).rejects.toThrow('down');
});

test('the memory forgets the oldest pages before it grows beyond its bound', async () => {
  const { seen, ask, kv } = reader();
  const keys = Array.from({ length: 60 }, newKey);
  const large = 'x'.repeat(100_000);
  for (const key of keys) await ask(`${key}${large}`);
  kv.clear();
  const made = seen.made;
  await ask(`${keys.at(-1)}${large}`);
  expect(seen.made).toBe(made);
  await ask(`${keys[0]}${large}`);
  expect(seen.made).toBe(made + 1);
});
