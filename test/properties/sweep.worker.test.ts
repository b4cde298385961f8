import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { tallyBooks } from '../../src/payments/index.ts';
import { compareBooks, startComparison } from '../../src/properties/compare-books.ts';
import { sweepBooks } from '../../src/properties/sweep-books.ts';
import { bookOf, callBy, factsOf, HOST, NOW, RATES, system } from '../book/ground.ts';
import { testContext } from '../worker/ground.ts';

beforeEach(async () => {
  for (const table of ['property', 'listing', 'co_host', 'sweep', 'outbox'])
    await env.DB.exec(`DELETE FROM ${table}`);
});

const ctxOf = () => testContext({ actor: { kind: 'system', job: 'test' } });

async function putProperty(id: string, guests = 4): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO property (id, host_id, title, description, time_zone, guests, bedrooms, beds, bathrooms,
       house_rules, access_instructions, created_at, updated_at)
     VALUES (?, ?, 'A room', '', 'Africa/Nairobi', ?, 1, 1, 1, '', '', ?, ?)`,
  )
    .bind(id, HOST, guests, NOW, NOW)
    .run();
}

async function place(): Promise<string> {
  const id = newId('prp', NOW);
  await putProperty(id);
  await bookOf(id).tellFacts(system(), factsOf(id));
  await bookOf(id).putRates(callBy(HOST), RATES, '*');
  await bookOf(id).changeCoHost(callBy(HOST), { accountId: 'usr_helper', access: 'calendar' });
  return id;
}

const rowOf = (id: string) => env.DB.prepare('SELECT * FROM listing WHERE property_id = ?').bind(id).first();
const helpersOf = async (id: string) =>
  (await env.DB.prepare('SELECT account_id FROM co_host WHERE property_id = ?').bind(id).all()).results;

test('a sweep over books that D1 has as they are changes nothing', async () => {
  const ids = [await place(), await place()];
  const before = await Promise.all(ids.map((id) => bookOf(id).head()));
  expect(await sweepBooks(ctxOf(), tallyBooks)).toBe(0);
  expect(await Promise.all(ids.map((id) => bookOf(id).head()))).toEqual(before);
});

test.each([
  ['a row that is gone', 'DELETE FROM listing'],
  ['an older row', "UPDATE listing SET version = 1, nightly = 5, status = 'draft'"],
  ['a wrong row of the same version', 'UPDATE listing SET nightly = 5'],
  ['a row of a life before', 'UPDATE listing SET epoch = 0, version = 99'],
  [
    'a co-host who is none',
    "INSERT INTO co_host VALUES ((SELECT property_id FROM listing), 'usr_nobody', 'full')",
  ],
  ['a co-host who is missing', 'DELETE FROM co_host'],
])('a sweep mends %s', async (_, sql) => {
  const id = await place();
  const before = [await rowOf(id), await helpersOf(id)];
  await env.DB.exec(sql);
  expect(await sweepBooks(ctxOf(), tallyBooks)).toBe(1);
  expect([await rowOf(id), await helpersOf(id)]).toEqual(before);
  expect(await sweepBooks(ctxOf(), tallyBooks)).toBe(0);
});

test('a row later than its book begins a new life of the book, and is replaced', async () => {
  const id = await place();
  await env.DB.exec('UPDATE listing SET epoch = 3, version = 50, nightly = 7');
  expect(await sweepBooks(ctxOf(), tallyBooks)).toBe(1);
  expect(await rowOf(id)).toMatchObject({ epoch: 4, version: 3, nightly: RATES.nightly });
});

test('a property whose book was never told gets its book', async () => {
  const id = newId('prp', NOW);
  await putProperty(id);
  expect(await sweepBooks(ctxOf(), tallyBooks)).toBe(1);
  expect(await rowOf(id)).toMatchObject({ epoch: 1, version: 1, status: 'draft', content_version: 1 });
});

test('a book that was told an older description is told the newer', async () => {
  const id = await place();
  await env.DB.exec('UPDATE property SET guests = 2, version = 2');
  expect(await sweepBooks(ctxOf(), tallyBooks)).toBe(1);
  const facts = await runInDurableObject(bookOf(id), (_, { storage }) =>
    storage.sql.exec<{ value: string }>("SELECT value FROM document WHERE name = 'facts'").one(),
  );
  expect(JSON.parse(facts.value)).toMatchObject({ capacity: 2, contentVersion: 2 });
  expect(await rowOf(id)).toMatchObject({ content_version: 2 });
});

test('the sweep goes on where it was and begins anew after the last', async () => {
  for (let n = 0; n < 60; n++) await place();
  await env.DB.exec('UPDATE listing SET nightly = 5');
  expect([
    await sweepBooks(ctxOf(), tallyBooks),
    await sweepBooks(ctxOf(), tallyBooks),
    await sweepBooks(ctxOf(), tallyBooks),
  ]).toEqual([50, 10, 0]);
});

test('a book that does not answer holds up no other', async () => {
  const [first, second] = [await place(), await place()];
  await env.DB.exec('UPDATE listing SET nightly = 5');
  const ctx = ctxOf();
  const books = {
    of: (id: string) =>
      id === first ? { compare: () => Promise.reject(new Error('down')) } : ctx.books.of(id),
  } as never;
  expect(await sweepBooks({ ...ctx, books }, tallyBooks)).toBe(1);
  expect([await rowOf(first), await rowOf(second)]).toMatchObject([
    { nightly: 5 },
    { nightly: RATES.nightly },
  ]);
});

test('the daily comparison goes through all books, a message at a time, and leaves its result', async () => {
  for (let n = 0; n < 3; n++) await place();
  await env.DB.exec('UPDATE listing SET nightly = 5');
  const sent: { kind: string }[] = [];
  const send = async (message: { kind: string }) => void sent.push(message);
  const ctx = testContext({
    actor: { kind: 'system', job: 'test' },
    bindings: { JOBS_QUEUE: { send } as never },
  });
  await startComparison(ctx);
  await ctx.settle();
  const [message] = sent;
  await compareBooks(ctxOf(), message, tallyBooks);
  await compareBooks(ctxOf(), message, tallyBooks);
  const result = await env.DB.prepare("SELECT cursor FROM sweep WHERE name = 'comparison'").first<{
    cursor: string;
  }>();
  expect(JSON.parse(String(result?.cursor))).toEqual({ at: NOW, checked: 3, mended: 0 });
});
