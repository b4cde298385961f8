import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { DAY } from '../../src/kernel/clock.ts';
import type { Hold, HoldAnswer, LimitRule, Taken } from '../../src/platform/limiter.ts';

const five: LimitRule = { name: 'five', limit: 5, windowSeconds: 60 };
const three: LimitRule = { name: 'three', limit: 3, windowSeconds: 60 };
const now = Date.now();
const longAgo = now - 2 * DAY;

let count = 0;
const newLimiter = () => env.LIMITERS.getByName(`subject ${++count}`);
type Stub = ReturnType<typeof newLimiter>;

const take = async (limiter: Stub, rules: readonly LimitRule[], nowMs: number): Promise<Taken> =>
  JSON.parse(JSON.stringify(await limiter.take(rules, nowMs))) as Taken;
const rows = (limiter: Stub) =>
  runInDurableObject(limiter, (_, { storage }) => storage.sql.exec('SELECT * FROM bucket').toArray());

test('of 100 attempts at the same moment exactly the allowed number gets in', async () => {
  const limiter = newLimiter();
  const taken = await Promise.all(Array.from({ length: 100 }, () => take(limiter, [five], now)));
  expect(taken.filter(({ allowed }) => allowed)).toHaveLength(5);
  const refused = { allowed: false, rule: 'five', retryAfterSeconds: 60 };
  expect(taken.filter(({ allowed }) => !allowed)).toEqual(Array.from({ length: 95 }, () => refused));
  expect(await rows(limiter)).toMatchObject([{ name: 'five', count: 5 }]);
});

test('an attempt that one rule refuses is counted by none', async () => {
  const limiter = newLimiter();
  for (let n = 1; n <= 3; n += 1) {
    expect(await take(limiter, [five, three], now)).toEqual({ allowed: true, counts: { five: n, three: n } });
  }
  const before = await rows(limiter);
  for (const order of [
    [five, three],
    [three, five],
  ]) {
    expect(await take(limiter, order, now)).toMatchObject({ allowed: false, rule: 'three' });
  }
  expect(await rows(limiter)).toEqual(before);
});

test('clearing gives back what is named, and one subject is nothing to another', async () => {
  const [mine, yours] = [newLimiter(), newLimiter()];
  for (let n = 0; n < 3; n += 1) await take(mine, [five, three], now);
  await mine.clear(['three']);
  expect(await take(mine, [five, three], now)).toEqual({ allowed: true, counts: { five: 4, three: 1 } });
  expect(await take(yours, [five, three], now)).toEqual({ allowed: true, counts: { five: 1, three: 1 } });
});

test('counts outlive the eviction of the object', async () => {
  const limiter = newLimiter();
  for (let n = 0; n < 5; n += 1) await take(limiter, [five], now);
  await evictDurableObject(limiter);
  expect(await take(limiter, [five], now)).toMatchObject({ allowed: false });
});

test('what has run out is forgotten by the alarm, and what has not stays until another day', async () => {
  const limiter = newLimiter();
  await take(limiter, [five], longAgo);
  await take(limiter, [three], now);
  expect(await runDurableObjectAlarm(limiter)).toBe(true);
  expect(await rows(limiter)).toMatchObject([{ name: 'three' }]);
  expect(await runDurableObjectAlarm(limiter)).toBe(true);
});

const isEmpty = (limiter: Stub) =>
  runInDurableObject(limiter, async (_, { storage }) => {
    const tables = storage.sql.exec("SELECT name FROM sqlite_schema WHERE name = 'bucket'").toArray();
    return tables.length === 0 && (await storage.getAlarm()) === null;
  });

test('an object that forgot everything takes up no room, and still counts when it is needed again', async () => {
  const limiter = newLimiter();
  await take(limiter, [five], longAgo);
  expect(await runDurableObjectAlarm(limiter)).toBe(true);
  expect(await isEmpty(limiter)).toBe(true);
  await limiter.clear(['five']);
  expect(await isEmpty(limiter)).toBe(true);
  expect(await take(limiter, [five], now)).toEqual({ allowed: true, counts: { five: 1 } });
  expect(await take(limiter, [five], now)).toEqual({ allowed: true, counts: { five: 2 } });
  expect(await runDurableObjectAlarm(limiter)).toBe(true);
});

test('an object to which everything was given back takes up no room either', async () => {
  const limiter = newLimiter();
  await take(limiter, [five, three], now);
  await limiter.clear(['three']);
  expect(await isEmpty(limiter)).toBe(false);
  await limiter.clear(['five', 'three']);
  expect(await isEmpty(limiter)).toBe(true);
  expect(await take(limiter, [five], now)).toEqual({ allowed: true, counts: { five: 1 } });
});

const hold = async (
  limiter: Stub,
  id: string,
  nowMs: number,
  claim: Partial<Hold['claim']> = {},
  subject = 'somebody',
  challenged = false,
) =>
  JSON.parse(
    JSON.stringify(
      await limiter.hold(
        subject,
        {
          id,
          limit: 3,
          expiresAt: nowMs + 60_000,
          challenged,
          claim: { name: id, meaning: 'this', expiresAt: nowMs + DAY, ...claim },
        },
        nowMs,
      ),
    ),
  ) as HoldAnswer;
const holds = (limiter: Stub) =>
  runInDurableObject(limiter, (_, { storage }) =>
    storage.sql
      .exec('SELECT (SELECT count(*) FROM hold) AS holds, (SELECT count(*) FROM claim) AS claims')
      .one(),
  );

test('of 50 holds at the same moment exactly the allowed number is had, each until it ends', async () => {
  const limiter = newLimiter();
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => hold(limiter, `hold-${n}`, now)));
  expect(answers.filter((answer) => answer !== 'full')).toHaveLength(3);
  expect(await holds(limiter)).toEqual({ holds: 3, claims: 3 });
  expect(await hold(limiter, 'late', now + 59_999)).toBe('full');
  expect(await hold(limiter, 'late', now + 60_000)).toEqual({ id: 'late', isLive: true });
});

test('a claim that is made again takes nothing more, and one that is given back makes room', async () => {
  const limiter = newLimiter();
  for (const id of ['a', 'b', 'c']) expect(await hold(limiter, id, now)).toEqual({ id, isLive: true });
  expect(await hold(limiter, 'd', now)).toBe('full');
  expect(await hold(limiter, 'd', now, { name: 'b' })).toEqual({ id: 'b', isLive: true });
  await limiter.release('somebody', 'b');
  await limiter.release('somebody', 'b');
  expect(await hold(limiter, 'd', now, { name: 'b' })).toEqual({ id: 'b', isLive: false });
  expect(await holds(limiter)).toEqual({ holds: 2, claims: 3 });
  expect(await hold(limiter, 'd', now)).toEqual({ id: 'd', isLive: true });
  expect(await hold(limiter, 'e', now, { name: 'a' })).toEqual({ id: 'a', isLive: true });
});

test('a claim keeps its meaning for as long as it lives', async () => {
  const limiter = newLimiter();
  await hold(limiter, 'a', now);
  expect(await hold(limiter, 'b', now, { name: 'a', meaning: 'that' })).toBe('claimed_otherwise');
  expect(await holds(limiter)).toEqual({ holds: 1, claims: 1 });
  expect(await hold(limiter, 'b', now + DAY, { name: 'a', meaning: 'that' })).toEqual({
    id: 'b',
    isLive: true,
  });
});

test('who let a hold lapse is asked for a challenge until that is forgotten, and nobody else is', async () => {
  const limiter = newLimiter();
  await hold(limiter, 'a', now);
  await limiter.release('somebody', 'a', now + 2 * DAY);
  await limiter.release('somebody', 'a', now + DAY);
  expect(await hold(limiter, 'b', now + 2 * DAY - 1)).toBe('challenge');
  expect(await holds(limiter)).toEqual({ holds: 0, claims: 1 });
  expect(await hold(limiter, 'b', now, {}, 'another')).toEqual({ id: 'b', isLive: true });
  expect(await hold(limiter, 'b', now, {}, 'somebody', true)).toEqual({ id: 'b', isLive: true });
  expect(await hold(limiter, 'b', now)).toEqual({ id: 'b', isLive: true });
  expect(await hold(limiter, 'c', now + 2 * DAY)).toEqual({ id: 'c', isLive: true });
});

test('those who share an object have their own holds, claims and limits', async () => {
  const limiter = newLimiter();
  for (const subject of ['you', 'me']) {
    for (const id of ['a', 'b', 'c']) {
      expect(await hold(limiter, id, now, { meaning: subject }, subject)).toEqual({ id, isLive: true });
    }
    expect(await hold(limiter, 'd', now, {}, subject)).toBe('full');
  }
  await limiter.release('you', 'a');
  await limiter.release('nobody', 'b');
  expect(await holds(limiter)).toEqual({ holds: 5, claims: 6 });
  expect(await hold(limiter, 'd', now, {}, 'me')).toBe('full');
  expect(await hold(limiter, 'd', now, {}, 'you')).toEqual({ id: 'd', isLive: true });
  expect(await hold(limiter, 'e', now, { name: 'b' }, 'me')).toBe('claimed_otherwise');
});

test('what ran out of one is forgotten, and what another has stays', async () => {
  const limiter = newLimiter();
  await hold(limiter, 'old', longAgo, {}, 'you');
  await hold(limiter, 'new', now, {}, 'me');
  expect(await runDurableObjectAlarm(limiter)).toBe(true);
  expect(await holds(limiter)).toEqual({ holds: 1, claims: 1 });
  expect(await hold(limiter, 'new', now, {}, 'me')).toEqual({ id: 'new', isLive: true });
  expect(await runDurableObjectAlarm(limiter)).toBe(true);
});

test('a limiter that holds nothing and knows nothing leaves nothing', async () => {
  const limiter = newLimiter();
  await hold(limiter, 'old', longAgo);
  await runDurableObjectAlarm(limiter);
  const left = await runInDurableObject(limiter, (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray(),
  );
  expect(left).toEqual([]);
});
