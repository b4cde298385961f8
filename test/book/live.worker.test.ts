import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../src/book/schemas.ts';
import { MINUTE } from '../../src/kernel/clock.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { callBy, HOST, NOW, openBook, type Stub } from './ground.ts';
import { eventsOf, FIRST, GUEST, place } from './stays/ground.ts';

type Message = { type: string; seq: number; days?: { date: string; available: boolean }[] };

async function watch(book: Stub, after?: number, now = NOW, from: string = crypto.randomUUID()) {
  const query = new URLSearchParams({
    now: String(now),
    from,
    ...(after === undefined ? {} : { after: String(after) }),
  });
  const response = await book.fetch(`http://book/live?${query}`, { headers: { upgrade: 'websocket' } });
  const socket = response.webSocket;
  if (!socket)
    return { status: response.status, messages: [] as Message[], socket: null, raw: [] as string[] };
  const raw: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    raw.push(String(data));
  });
  socket.accept();
  return {
    status: response.status,
    socket,
    raw,
    get messages() {
      return raw.map((text) => JSON.parse(text) as Message);
    },
  };
}
const settled = () => new Promise((done) => setTimeout(done, 30));
const seqOf = async (book: Stub) => (await eventsOf(book)).at(-1)?.seq ?? 0;

test('who watches sees nights go and come, in numbers without a gap, and never whose they are', async () => {
  const { book, create } = await place();
  const watcher = await watch(book);
  const held = await create(GUEST, FIRST, 2);
  if (!held.ok) throw new Error();
  await book.cancelBooking(callBy(GUEST), { bookingId: held.value.id, reason: null }, null);
  await book.updateCalendar(callBy(HOST), [{ from: FIRST, to: FIRST, available: false, note: 'Roof' }]);
  await settled();
  const [ready, ...changes] = watcher.messages;
  expect(ready).toEqual({ type: 'ready', seq: 3 });
  expect(changes.map(({ seq }) => seq)).toEqual([4, 5, 6]);
  expect(changes.map(({ days }) => days?.map(({ available }) => available))).toEqual([
    [false, false],
    [true, true],
    [false],
  ]);
  expect(watcher.raw.join()).not.toMatch(/usr_|bkg_|Roof|cause/);
});

test('who comes back says what they have seen, and gets all that came after, once', async () => {
  const { book, create } = await place();
  const first = await watch(book);
  await create(GUEST, FIRST, 1);
  await settled();
  const seen = Number(first.messages.at(-1)?.seq);
  first.socket?.close();
  await create('usr_b', addNights(FIRST, 3), 1);
  await create('usr_c', addNights(FIRST, 6), 1);
  const again = await watch(book, seen);
  await settled();
  expect(again.messages.map(({ type, seq }) => [type, seq])).toEqual([
    ['change', seen + 1],
    ['change', seen + 2],
  ]);
  const none = await watch(book, await seqOf(book));
  await settled();
  expect(none.messages).toEqual([]);
});

test('a number that never was, or is not kept any more, begins anew', async () => {
  const { book } = await place();
  for (const after of [999, -5]) {
    const watcher = await watch(book, after);
    await settled();
    expect(watcher.messages).toEqual([{ type: 'reset', seq: 3 }]);
  }
});

test('a sleeping book forgets no watcher', async () => {
  const { book, create } = await place();
  const watcher = await watch(book);
  await evictDurableObject(book);
  await create(GUEST, FIRST, 1);
  await settled();
  expect(watcher.messages.map(({ seq }) => seq)).toEqual([3, 4]);
});

test('a hold that runs out is seen by watchers when somebody looks', async () => {
  const { book, create } = await place();
  const watcher = await watch(book);
  const held = await create(GUEST, FIRST, 1);
  if (!held.ok) throw new Error();
  await book.readBooking(callBy(GUEST, NOW + 15 * MINUTE), held.value.id);
  await settled();
  expect(watcher.messages.at(-1)).toMatchObject({ seq: 5, days: [{ date: FIRST, available: true }] });
});

test('nobody watches what is not published, a crowd is kept out, and nobody talks', async () => {
  const { book: draft } = await openBook();
  expect((await watch(draft)).status).toBe(404);
  const { book } = await place();
  const all = await Promise.all(Array.from({ length: 105 }, () => watch(book)));
  expect(all.filter(({ status }) => status === 101)).toHaveLength(100);
  expect(all.filter(({ status }) => status === 429)).toHaveLength(5);
  const [one] = all.filter(({ status }) => status === 101);
  const closed = new Promise<number>((done) =>
    one?.socket?.addEventListener('close', ({ code }) => done(code)),
  );
  one?.socket?.send('ping');
  one?.socket?.send('hello');
  expect(await closed).toBe(1008);
  expect(one?.raw).toContain('pong');
});

test('nobody takes the places of all others: from one address come ten, and again when some have gone', async () => {
  const { book } = await place();
  const all = await Promise.all(Array.from({ length: 15 }, () => watch(book, undefined, NOW, 'one')));
  expect(all.map(({ status }) => status).sort()).toEqual([
    ...Array.from({ length: 10 }, () => 101),
    ...Array.from({ length: 5 }, () => 429),
  ]);
  expect((await watch(book, undefined, NOW, 'other')).status).toBe(101);
  all.find(({ status }) => status === 101)?.socket?.close();
  await expect.poll(async () => (await watch(book, undefined, NOW, 'one')).status).toBe(101);
});

test('who floods the stream is shut out, and neither the book nor another watcher takes notice', async () => {
  const { book, create } = await place();
  const [calm, loud, huge] = [await watch(book), await watch(book), await watch(book)];
  const gone = [loud, huge].map(
    ({ socket }) => new Promise((done) => socket?.addEventListener('close', ({ code }) => done(code))),
  );
  for (let n = 0; n < 500; n++) loud?.socket?.send(`${n}`);
  huge?.socket?.send('x'.repeat(1_000_000));
  expect(await Promise.all(gone)).toEqual([1008, 1008]);
  expect(await create(GUEST, FIRST, 1)).toMatchObject({ ok: true });
  await settled();
  expect(calm?.messages.map(({ seq }) => seq)).toEqual([3, 4]);
});

test('a place that is not let any more has no watchers', async () => {
  const { book, create } = await place();
  const watcher = await watch(book);
  const gone = new Promise((done) => watcher.socket?.addEventListener('close', ({ code }) => done(code)));
  await book.changeStatus(callBy(HOST), { to: 'unpublished' });
  expect(await gone).toBe(4404);
  await book.changeStatus(callBy(HOST), { to: 'published', missing: [] });
  await create(GUEST, FIRST, 1);
  await settled();
  expect(watcher.messages).toEqual([{ type: 'ready', seq: 3 }]);
});

test('nights that have to stay empty around a stay come and go with it', async () => {
  const { book, create } = await place();
  const rules = { ...DEFAULT_RULES, preparationNights: { before: 0, after: 1 } };
  await book.putRules(callBy(HOST), rules, '*');
  const watcher = await watch(book);
  await create(GUEST, FIRST, 1);
  await settled();
  const days = [-1, 0, 1].map((from) => ({ date: addNights(FIRST, from), available: false }));
  expect(watcher.messages.at(-1)).toMatchObject({ days });
});
