import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../../src/kernel/clock.ts';
import { newIdWithin } from '../../../src/kernel/ids.ts';
import { addNights } from '../../../src/kernel/stay.ts';
import { callBy, HOST, NOW, type Stub, system } from '../ground.ts';
import { pay as payAs } from '../money/ground.ts';
import { booked, eventsOf, FIRST, GUEST, OTHER, place, quoteFor, replay } from './ground.ts';

/** Without the outbox, which empties itself meanwhile. */
const TABLES = ['head', 'booking', 'stay', 'due', 'event', 'waiting'];
const stateOf = (book: Stub) =>
  runInDurableObject(book, (_, { storage }) =>
    Object.fromEntries(TABLES.map((table) => [table, storage.sql.exec(`SELECT * FROM ${table}`).toArray()])),
  );
const staysOf = async (book: Stub) =>
  (await stateOf(book)).stay?.map(({ check_in, check_out, kind }) => [check_in, check_out, kind]);
const pay = (book: Stub, bookingId: string, now = NOW) => payAs(book, { bookingId, guest: GUEST }, now);

test('an instant booking is held, paid and confirmed, and completed by the clock alone', async () => {
  const { book, create } = await place();
  const held = await create(GUEST, FIRST, 3);
  expect(held).toMatchObject({
    ok: true,
    value: { status: 'pending', awaiting: 'payment', expiresAt: NOW + 15 * MINUTE },
  });
  if (!held.ok) return;
  const { id } = held.value;
  expect(await pay(book, id, NOW + MINUTE)).toMatchObject({
    result: 'applied',
    booking: { status: 'confirmed', payment: { captured: 30_000 } },
  });
  expect(await staysOf(book)).toEqual([['2027-03-01', '2027-03-04', 'booked']]);
  const checkOut = Date.UTC(2027, 2, 4, 8);
  expect(await book.readBooking(callBy(GUEST, checkOut - 1), id)).toMatchObject({
    value: { status: 'confirmed' },
  });
  expect(await book.readBooking(callBy(GUEST, checkOut), id)).toMatchObject({
    value: { status: 'completed', completedAt: checkOut },
  });
});

test('a request is paid first, and the host has a day', async () => {
  const { book, create } = await place('request');
  const held = await create(GUEST, FIRST, 2);
  if (!held.ok) throw new Error();
  const { id } = held.value;
  expect(await book.answerRequest(callBy(HOST), { bookingId: id, answer: 'accepted' }, null)).toMatchObject({
    refusal: 'wrong_state',
  });
  expect(await pay(book, id)).toMatchObject({
    booking: { awaiting: 'host', expiresAt: NOW + DAY, payment: { authorized: 20_000, captured: 0 } },
  });
  expect(await book.answerRequest(callBy(GUEST), { bookingId: id, answer: 'accepted' }, null)).toMatchObject({
    refusal: 'not_the_host',
  });
  expect(await book.readBooking(callBy(HOST, NOW + DAY - 1), id)).toMatchObject({
    value: { status: 'pending' },
  });
  expect(await book.readBooking(callBy(HOST, NOW + DAY), id)).toMatchObject({
    value: { status: 'cancelled', cause: 'request_expired', payment: { authorized: 0 } },
  });
  expect(
    await book.answerRequest(callBy(HOST, NOW + DAY), { bookingId: id, answer: 'accepted' }, null),
  ).toMatchObject({ refusal: 'wrong_state' });
  expect(await staysOf(book)).toEqual([]);
});

test('a hold frees its nights at the very second, alarm or no alarm', async () => {
  const { create } = await place();
  expect(await create(GUEST, FIRST, 2)).toMatchObject({ ok: true });
  const end = NOW + 15 * MINUTE;
  expect(await create(OTHER, FIRST, 2, end - 1)).toMatchObject({
    refusal: 'unavailable',
    detail: [{ code: 'booked' }, { code: 'booked' }],
  });
  expect(await create(OTHER, FIRST, 2, end)).toMatchObject({ ok: true });
});

test('the table itself refuses a second stay in one night', async () => {
  const { book, create } = await place();
  await booked(book, create, FIRST, 3);
  const put = (checkIn: string, checkOut: string) =>
    runInDurableObject(book, (_, { storage }) => {
      storage.sql.exec("INSERT INTO stay VALUES (?, ?, 'x', 'booked', NULL)", checkIn, checkOut);
    });
  for (const [checkIn, checkOut] of [
    ['2027-02-27', '2027-03-02'],
    ['2027-03-03', '2027-03-05'],
    ['2027-03-02', '2027-03-03'],
    ['2027-02-01', '2027-04-01'],
  ]) {
    await expect(put(String(checkIn), String(checkOut))).rejects.toThrow('two stays in one night');
  }
  await put('2027-02-27', '2027-03-01');
  await put('2027-03-04', '2027-03-05');
});

test('who may not book is refused, and nothing happens', async () => {
  const { book, create } = await place();
  const before = await stateOf(book);
  expect(await create(HOST, FIRST, 2)).toMatchObject({ refusal: 'own_place' });
  expect(await stateOf(book)).toEqual(before);
  await create(GUEST, FIRST, 2);
  const held = await stateOf(book);
  expect(await create(GUEST, addNights(FIRST, 20), 2)).toMatchObject({ refusal: 'held_already' });
  expect(await stateOf(book)).toEqual(held);
});

test('the same key books once and answers the same, even a refusal; with another body it is refused', async () => {
  const { id, book, create } = await place();
  const key = replay();
  const ask = (name: string, checkIn = FIRST) =>
    book.createBooking(callBy(GUEST), { id: name, quote: quoteFor(id, checkIn, 2), message: null }, key);
  const first = await ask('bkg_1');
  const again = await ask('bkg_2');
  expect(again).toEqual({ ...first, replayed: true });
  const otherBody = await book.createBooking(
    callBy(GUEST),
    { id: 'bkg_3', quote: quoteFor(id, FIRST, 2), message: null },
    { ...key, fingerprint: 'other' },
  );
  expect(otherBody).toEqual({ ok: false, refusal: 'key_reused' });

  const refusedKey = replay();
  const refuse = (now: number) =>
    book.createBooking(
      callBy(OTHER, now),
      { id: 'bkg_4', quote: quoteFor(id, FIRST, 2), message: null },
      refusedKey,
    );
  const refused = await refuse(NOW);
  expect(refused).toMatchObject({ refusal: 'unavailable' });
  expect(await refuse(NOW + 16 * MINUTE)).toEqual({ ...refused, replayed: true });
  expect(await refuse(NOW + DAY)).toMatchObject({ ok: true });
  expect(await create(OTHER, addNights(FIRST, 9), 1, NOW + DAY)).toMatchObject({ refusal: 'held_already' });
});

test('a cancelled booking is cancelled once; its nights are free; the policy says what comes back', async () => {
  const { book, create } = await place();
  const id = await booked(book, create, FIRST, 3);
  const late = Date.UTC(2027, 1, 26, 12) + SECOND;
  expect(await book.previewRefund(callBy(GUEST, late), { bookingId: id, at: null })).toMatchObject({
    value: { refund: 10_000, kept: 20_000 },
  });
  const cancelled = await book.cancelBooking(callBy(GUEST, late), { bookingId: id, reason: null }, null);
  expect(cancelled).toMatchObject({
    value: { status: 'cancelled', cause: 'guest', payment: { captured: 30_000, refunded: 10_000 } },
  });
  expect(await staysOf(book)).toEqual([]);
  const before = await stateOf(book);
  expect(await book.cancelBooking(callBy(GUEST, late), { bookingId: id, reason: null }, null)).toEqual({
    ok: false,
    refusal: 'wrong_state',
    detail: ['cancelled'],
  });
  expect(await stateOf(book)).toEqual(before);
});

test('a host who cancels gives everything back and owes a penalty', async () => {
  const { book, create } = await place();
  const id = await booked(book, create, FIRST, 100);
  const soon = Date.UTC(2027, 1, 28, 12);
  const cancelled = await book.cancelBooking(callBy(HOST, soon), { bookingId: id, reason: 'Flood' }, null);
  expect(cancelled).toMatchObject({
    value: { cause: 'host', payment: { refunded: 1_000_000 }, penalty: 650_000 },
  });
});

test('a no-show is the host’s word, from check-in on and for a day', async () => {
  const { book, create } = await place();
  const id = await booked(book, create, FIRST, 3);
  const checkIn = Date.UTC(2027, 2, 1, 12);
  const mark = (who: string, now: number) =>
    book.markNoShow(callBy(who, now), { bookingId: id, reason: null }, null);
  expect(await mark(HOST, checkIn - 1)).toMatchObject({ refusal: 'too_early' });
  expect(await mark(GUEST, checkIn)).toMatchObject({ refusal: 'not_the_host' });
  expect(await mark(HOST, checkIn + DAY + 1)).toMatchObject({ refusal: 'too_late' });
  expect(await mark(HOST, checkIn + DAY)).toMatchObject({
    value: { status: 'cancelled', cause: 'guest', noShow: true, payment: { refunded: 10_000 } },
  });
});

test('an alteration keeps the new nights until it is answered, and changes all in one', async () => {
  const { book, create } = await place();
  const id = await booked(book, create, FIRST, 3);
  const stay = { checkIn: addNights(FIRST, 2), checkOut: addNights(FIRST, 6) };
  const guests = { adults: 1, children: 0, infants: 0, pets: 0 };
  const ask = (alterationId: string, now = NOW) =>
    book.requestAlteration(
      callBy(GUEST, now),
      { bookingId: id, alterationId, stay, guests, fees: FEES },
      replay(),
    );
  const FEES = { guestPercent: 0, hostPercent: 0 };
  expect(await ask('alt_1')).toMatchObject({
    value: { alteration: { id: 'alt_1', by: 'guest', price: { total: 40_000 } } },
  });
  expect(await staysOf(book)).toEqual([
    ['2027-03-01', '2027-03-04', 'booked'],
    ['2027-03-04', '2027-03-07', 'held'],
  ]);
  expect(await create(OTHER, addNights(FIRST, 4), 1)).toMatchObject({ refusal: 'unavailable' });
  const answer = (who: string, now = NOW) =>
    book.answerAlteration(
      callBy(who, now),
      { bookingId: id, alterationId: 'alt_1', answer: 'accepted' },
      null,
    );
  expect(await answer(GUEST)).toMatchObject({ refusal: 'own_alteration' });
  expect(await answer(HOST, NOW + DAY)).toMatchObject({ refusal: 'alteration_not_found' });
  await book.readBooking(callBy(GUEST, NOW + DAY), id);
  expect(await staysOf(book)).toEqual([['2027-03-01', '2027-03-04', 'booked']]);

  expect(await ask('alt_1', NOW + DAY)).toMatchObject({ ok: true });
  expect(await answer(HOST, NOW + DAY + MINUTE)).toMatchObject({
    value: { stay, payment: { captured: 30_000, owed: 10_000 }, alteration: null },
  });
  expect(await staysOf(book)).toEqual([['2027-03-03', '2027-03-07', 'booked']]);
});

test('who waits is offered what becomes free, in the order of coming, and then it is the next one’s turn', async () => {
  const { book, create } = await place();
  const id = await booked(book, create, FIRST, 3);
  const stay = { checkIn: FIRST, checkOut: addNights(FIRST, 2) };
  const guests = { adults: 1, children: 0, infants: 0, pets: 0 };
  for (const [n, who] of ['usr_w1', 'usr_w2'].entries()) {
    expect(await book.joinWaitlist(callBy(who), { id: `wtl_${n}`, stay, guests }, null)).toMatchObject({
      ok: true,
    });
  }
  await book.cancelBooking(callBy(GUEST), { bookingId: id, reason: null }, null);
  expect(await create(OTHER, FIRST, 2)).toMatchObject({ refusal: 'unavailable' });
  expect(await create('usr_w2', FIRST, 2)).toMatchObject({ refusal: 'unavailable' });
  const later = NOW + 30 * MINUTE;
  expect(await create('usr_w1', FIRST, 2, later)).toMatchObject({ refusal: 'unavailable' });
  expect(await create('usr_w2', FIRST, 2, later)).toMatchObject({ ok: true });
  expect(
    await book.joinWaitlist(
      callBy('usr_w3'),
      { id: 'wtl_9', stay: { checkIn: addNights(FIRST, 9), checkOut: addNights(FIRST, 10) }, guests },
      null,
    ),
  ).toMatchObject({ refusal: 'available' });
});

test('every change has a number without a gap, and says what was before', async () => {
  const { book, create } = await place();
  const id = await booked(book, create, FIRST, 2);
  await book.cancelBooking(callBy(GUEST), { bookingId: id, reason: null }, null);
  const events = await eventsOf(book);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.map(({ type }) => type)).toEqual([
    'rates.changed',
    'property.changed',
    'rules.changed',
    'booking.held',
    'payment.started',
    'booking.confirmed',
    'booking.cancelled',
  ]);
  expect(events.at(-1)).toMatchObject({
    actorId: GUEST,
    previous: { booking: { status: 'confirmed' } },
    data: {
      booking: { status: 'cancelled' },
      calendar: [{ from: '2027-03-01', to: '2027-03-03', available: true }],
    },
  });
});

test('a booking is found by its two sides, and by nobody else', async () => {
  const { book, create } = await place();
  const id = await booked(book, create, FIRST, 2);
  for (const who of [GUEST, HOST])
    expect(await book.readBooking(callBy(who), id)).toMatchObject({ ok: true });
  for (const who of [OTHER, null])
    expect(await book.readBooking(callBy(who), id)).toEqual({ ok: false, refusal: 'booking_not_found' });
});

test('what a forgotten guest wrote is gone from the book and from D1, and what they waited for goes on', async () => {
  const { id, book } = await place();
  const named = {
    id: newIdWithin('bkg', id, NOW),
    quote: quoteFor(id, FIRST, 2),
    message: 'We bring the dog',
  };
  await book.createBooking(callBy(GUEST), named, replay());
  const stay = { checkIn: FIRST, checkOut: addNights(FIRST, 1) };
  const guests = { adults: 1, children: 0, infants: 0, pets: 0 };
  await book.joinWaitlist(callBy(OTHER), { id: 'wtl_a', stay, guests }, null);
  await book.forgetGuest(system(), OTHER);
  await book.forgetGuest(system(), GUEST);
  const state = await stateOf(book);
  expect(state.waiting).toEqual([]);
  expect(JSON.stringify(state.booking)).not.toContain('dog');
  expect(state.booking).toHaveLength(1);
  const before = await stateOf(book);
  await book.forgetGuest(system(), GUEST);
  expect(await stateOf(book)).toEqual(before);
});
