import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { bookOf, NOW } from './ground.ts';
import { layGround, STORAGE_FACTS } from './storage-facts.ts';

/** What the book is built on, asked of the runtime itself: it runs again with every new version of it. */
const anywhere = () => bookOf(newId('prp', NOW));
const FAR = NOW * 2;

test.each(Object.entries(STORAGE_FACTS))('%s', async (_, ask) => {
  await runInDurableObject(anywhere(), (__, { storage }) => {
    layGround(storage);
    ask(storage);
  });
});

test('an alarm that is set inside a transaction is a part of it', async () => {
  await runInDurableObject(anywhere(), async (_, { storage }) => {
    expect(() =>
      storage.transactionSync(() => {
        void storage.setAlarm(FAR);
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(await storage.getAlarm()).toBeNull();
    storage.transactionSync(() => void storage.setAlarm(FAR));
    expect(await storage.getAlarm()).toBe(FAR);
    expect(() =>
      storage.transactionSync(() => {
        void storage.deleteAlarm();
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(await storage.getAlarm()).toBe(FAR);
  });
});

test('what was committed is there when the object comes back, and what was not is gone', async () => {
  const book = anywhere();
  await runInDurableObject(book, (_, { storage }) => {
    layGround(storage);
    storage.transactionSync(() => storage.sql.exec('INSERT INTO fact (value) VALUES (1)'));
    try {
      storage.transactionSync(() => {
        storage.sql.exec('INSERT INTO fact (value) VALUES (2)');
        throw new Error('inside');
      });
    } catch {}
  });
  await evictDurableObject(book);
  const values = await runInDurableObject(book, (_, { storage }) =>
    storage.sql.exec('SELECT value FROM fact').toArray(),
  );
  expect(values).toEqual([{ value: 1 }]);
});

test('a wait between reading and writing loses what others wrote meanwhile', async () => {
  const book = anywhere();
  const left = await runInDurableObject(book, async (_, { storage }) => {
    layGround(storage);
    storage.sql.exec('INSERT INTO post (subject) VALUES (0)');
    const count = async () => {
      const { subject } = storage.sql.exec('SELECT subject FROM post').one();
      await new Promise((done) => setTimeout(done, 1));
      storage.sql.exec('UPDATE post SET subject = ?', Number(subject) + 1);
    };
    await Promise.all(Array.from({ length: 50 }, count));
    return Number(storage.sql.exec('SELECT subject FROM post').one().subject);
  });
  expect(left).toBeLessThan(50);
});
