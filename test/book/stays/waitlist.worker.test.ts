import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import { DAY, MINUTE } from '../../../src/kernel/clock.ts';
import { newIdWithin } from '../../../src/kernel/ids.ts';
import { addNights, type Night } from '../../../src/kernel/stay.ts';
import { callBy, HOST, NOW, type Stub, system } from '../ground.ts';
import { checkBook } from '../sim/checker.ts';
import { readRows } from '../sim/watch.ts';
import { booked, eventsOf, FEES, FIRST, GUEST, OTHER, place } from './ground.ts';

const ALONE = { adults: 1, children: 0, infants: 0, pets: 0 };
const LATER = NOW + 30 * MINUTE;

const stayFrom = (from: number, nights: number) => ({
  checkIn: addNights(FIRST, from),
  checkOut: addNights(FIRST, from + nights),
});
let count = 0;
/** Who came first has the smaller id. */
async function wait(book: Stub, who: string, from: number, nights: number, now = NOW): Promise<string> {
  const id = `wtl_${String(count++).padStart(6, '0')}`;
  const joined = await book.joinWaitlist(
    callBy(who, now),
    { id, stay: stayFrom(from, nights), guests: ALONE },
    null,
  );
  expect(joined).toMatchObject({ ok: true, value: { offeredUntil: null } });
  return id;
}
const offersOf = async (book: Stub, who: string, now = NOW) => {
  const list = await book.listWaitlist(callBy(who, now));
  if (!list.ok) throw new Error(JSON.stringify(list));
  return list.value.map(({ offeredUntil }) => offeredUntil);
};
const cancel = (book: Stub, bookingId: string, now = NOW) =>
  book.cancelBooking(callBy(GUEST, now), { bookingId, reason: null }, null);
const stateOf = (book: Stub) =>
  runInDurableObject(book, (_, { storage }) => {
    const { answers: _answers, ...rows } = readRows(storage);
    return { rows, wrong: checkBook(readRows(storage), { told: [], attempts: [] }, NOW) };
  });

test('whoever is offered nights can have a quote for them and book them; nobody else can', async () => {
  const { book, create } = await place();
  const booking = await booked(book, create, FIRST, 3);
  await wait(book, 'usr_first', 0, 2);
  await wait(book, 'usr_second', 0, 3);
  await cancel(book, booking);
  const quote = (who: string | null, now = NOW) =>
    book.quoteStay(callBy(who, now), {
      stay: stayFrom(0, 2),
      guests: ALONE,
      promotionCode: undefined,
      fees: FEES,
    });
  const look = (who: string | null) =>
    book.checkAvailability(callBy(who), { stay: stayFrom(0, 2), guests: ALONE });
  expect(await quote('usr_first')).toMatchObject({ ok: true });
  expect(await look('usr_first')).toMatchObject({ value: [] });
  for (const who of ['usr_second', OTHER, HOST, null]) {
    expect(await quote(who), String(who)).toMatchObject({ ok: false, refusal: 'unavailable' });
    expect(await look(who)).toMatchObject({ value: [{}, {}] });
  }
  const taken = await create('usr_first', FIRST, 2);
  expect(taken).toMatchObject({ ok: true, value: { status: 'pending' } });
  expect((await stateOf(book)).wrong).toEqual([]);
});

test('of what becomes free, everybody who waits for another part of it is offered that part', async () => {
  const { book, create } = await place();
  const booking = await booked(book, create, FIRST, 10);
  await wait(book, 'usr_a', 0, 3);
  await wait(book, 'usr_b', 2, 3);
  await wait(book, 'usr_c', 5, 2);
  await cancel(book, booking);
  expect(await offersOf(book, 'usr_a')).toEqual([LATER]);
  expect(await offersOf(book, 'usr_b')).toEqual([null]);
  expect(await offersOf(book, 'usr_c')).toEqual([LATER]);
  expect(await create(OTHER, addNights(FIRST, 5), 1)).toMatchObject({ refusal: 'unavailable' });
  expect(await offersOf(book, 'usr_b', LATER)).toEqual([LATER + 30 * MINUTE]);
});

test('nights that the host, another platform or the rules open again are offered like those of a guest', async () => {
  const openings: [close: (book: Stub) => Promise<unknown>, open: (book: Stub) => Promise<unknown>][] = [
    [(book) => change(book, false), (book) => change(book, true)],
    [(book) => imported(book, [{ uid: 'x', ...span }]), (book) => imported(book, [])],
    [(book) => rules(book, { before: 0, after: 3 }), (book) => rules(book, { before: 0, after: 0 })],
  ];
  const span = { from: FIRST, to: addNights(FIRST, 2) };
  const change = (book: Stub, available: boolean) =>
    book.updateCalendar(callBy(HOST), [{ from: FIRST, to: addNights(FIRST, 1), available }]);
  const imported = (book: Stub, blocks: { uid: string; from: Night; to: Night }[]) =>
    book.importBlocks(system(), { feedId: 'fdb_1', blocks });
  const rules = (book: Stub, preparationNights: { before: number; after: number }) =>
    book.putRules(callBy(HOST), { ...DEFAULT_RULES, preparationNights }, '*');
  for (const [close, open] of openings) {
    const { book, create } = await place();
    // What its nights before it need is nobody's to have either.
    await booked(book, create, addNights(FIRST, -2), 2);
    await close(book);
    await wait(book, 'usr_a', 0, 2);
    await open(book);
    expect(await offersOf(book, 'usr_a')).toEqual([LATER]);
    expect(await create(OTHER, FIRST, 1)).toMatchObject({ refusal: 'unavailable' });
    expect((await stateOf(book)).wrong).toEqual([]);
  }
});

test('what became free while a place was not let is offered when it is let again', async () => {
  const { book, create } = await place();
  const booking = await booked(book, create, FIRST, 2);
  await wait(book, 'usr_a', 0, 2);
  await book.changeStatus(callBy(HOST), { to: 'unpublished' });
  await cancel(book, booking);
  expect(await offersOf(book, 'usr_a')).toEqual([null]);
  await book.changeStatus(callBy(HOST), { to: 'published', missing: [] });
  expect(await offersOf(book, 'usr_a')).toEqual([LATER]);
});

test('the nights before and after a stay that goes are offered too, where they had to stay empty', async () => {
  const { book, create } = await place();
  await book.putRules(callBy(HOST), { ...DEFAULT_RULES, preparationNights: { before: 1, after: 1 } }, '*');
  const booking = await booked(book, create, FIRST, 2);
  await wait(book, 'usr_a', 2, 1);
  await cancel(book, booking);
  expect(await offersOf(book, 'usr_a')).toEqual([LATER]);
});

test('nobody waits for a day that is over, so nobody’s five wishes are used up for ever', async () => {
  const { book, create } = await place();
  await booked(book, create, FIRST, 9);
  for (let from = 0; from < 5; from++) await wait(book, OTHER, from, 1);
  const sixth = (now: number) =>
    book.joinWaitlist(callBy(OTHER, now), { id: 'wtl_z', stay: stayFrom(7, 1), guests: ALONE }, null);
  expect(await sixth(NOW)).toMatchObject({ refusal: 'waiting_enough' });
  // The first of them ends with its day in Nairobi.
  const over = Date.UTC(2027, 2, 1, 21);
  expect(await offersOf(book, OTHER, over - 1)).toHaveLength(5);
  expect(await offersOf(book, OTHER, over)).toHaveLength(4);
  expect(await sixth(over)).toMatchObject({ ok: true });
  expect(await offersOf(book, OTHER, over + 30 * DAY)).toEqual([]);
  expect((await stateOf(book)).wrong).toEqual([]);
});

test('who leaves waits no more, and what was kept for them goes to the next; nobody leaves for another', async () => {
  const { book, create } = await place();
  const booking = await booked(book, create, FIRST, 2);
  const first = await wait(book, 'usr_first', 0, 2);
  const second = await wait(book, 'usr_second', 0, 1);
  const before = await stateOf(book);
  for (const who of [OTHER, 'usr_second', HOST, null]) {
    expect(await book.leaveWaitlist(callBy(who), first)).toEqual({ ok: false, refusal: 'waiting_not_found' });
  }
  expect(await stateOf(book)).toEqual(before);
  await cancel(book, booking);
  expect(await offersOf(book, 'usr_first')).toEqual([LATER]);
  expect(await book.leaveWaitlist(callBy('usr_first'), first)).toMatchObject({ ok: true });
  expect(await book.leaveWaitlist(callBy('usr_first'), first)).toMatchObject({
    refusal: 'waiting_not_found',
  });
  expect(await offersOf(book, 'usr_first')).toEqual([]);
  expect(await offersOf(book, 'usr_second')).toEqual([LATER]);
  expect((await eventsOf(book)).map(({ type }) => type).slice(-2)).toEqual([
    'waitlist.left',
    'waitlist.offered',
  ]);
  expect(await book.leaveWaitlist(callBy('usr_second'), second)).toMatchObject({ ok: true });
  expect(await create(OTHER, FIRST, 2)).toMatchObject({ ok: true });
  expect((await stateOf(book)).wrong).toEqual([]);
});

test('a waitlist that is full still lets those who wait change who comes along', async () => {
  const { id, book, create } = await place();
  await booked(book, create, FIRST, 2);
  const own = await wait(book, OTHER, 0, 1);
  await runInDurableObject(book, (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 499)
       INSERT INTO waiting SELECT 'wtl_x' || i, 'usr_' || i, '2027-03-01', '2027-03-02', '{}', NULL FROM n`,
    );
  });
  const join = (who: string, guests: typeof ALONE) =>
    book.joinWaitlist(callBy(who), { id: newIdWithin('wtl', id, NOW), stay: stayFrom(0, 1), guests }, null);
  expect(await join('usr_late', ALONE)).toMatchObject({ refusal: 'waitlist_full' });
  expect(await join(OTHER, { ...ALONE, adults: 2 })).toMatchObject({
    value: { id: own, guests: { adults: 2 } },
  });
});
