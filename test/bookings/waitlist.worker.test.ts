import { afterEach, beforeAll, expect, test } from 'vitest';
import { MINUTE } from '../../src/kernel/clock.ts';
import { addNights } from '../../src/kernel/stay.ts';
import {
  advance,
  ask,
  confirmed,
  costOf,
  create,
  inDays,
  newGuest,
  newHost,
  type Person,
  place,
  refused,
  turnBack,
} from './ground.ts';

let host: Person;
beforeAll(async () => {
  host = await newHost();
});
afterEach(turnBack);

const GUESTS = { adults: 1 };
const wishFor = (from: number, nights: number) => ({
  checkIn: inDays(from),
  checkOut: addNights(inDays(from), nights),
  guests: GUESTS,
});
const waits = (propertyId: string, entryId = '') => `/v1/properties/${propertyId}/waitlist${entryId}`;
const join = async (as: Person, propertyId: string, from: number, nights: number) =>
  (await ask('POST', waits(propertyId), { as, json: wishFor(from, nights) })).body;
const offersTo = async (as: Person, propertyId: string) =>
  (await ask('GET', waits(propertyId), { as })).body.data;

test('whoever waited is offered what became free, and books it; the offer is nobody else’s to use', async () => {
  const [guest, first, second] = [await newGuest(), await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const booking = await confirmed(guest, id, inDays(10), 3);
  const entry = await join(first, id, 10, 2);
  await join(second, id, 10, 2);
  await ask('POST', `/v1/bookings/${booking.id}/cancel`, { as: guest });

  const { answer, cost } = await costOf(() => ask('GET', waits(id), { as: first }));
  expect(answer.body).toEqual({ data: [{ ...entry, offeredUntil: expect.any(String) }], nextCursor: null });
  expect(cost).toMatchObject({ d1Trips: 0, bookHops: 1, limiterHops: 0 });
  expect(await offersTo(second, id)).toMatchObject([{ offeredUntil: null }]);

  const path = `/v1/properties/${id}/quotes`;
  for (const as of [second, guest, undefined]) {
    await refused(book, [409, 'bookings.unavailable'], () => ask('POST', path, { as, json: wishFor(10, 2) }));
  }
  const { quote } = (await ask('POST', path, { as: first, json: wishFor(10, 2) })).body;
  // Whoever was given the quote of another has no more right to those nights.
  await refused(book, [409, 'bookings.unavailable'], () => create(second, quote));
  expect((await create(first, quote)).status).toBe(201);
  expect(await offersTo(first, id)).toEqual([]);
});

test('who leaves waits no more, and the next one has the offer', async () => {
  const [guest, first, second] = [await newGuest(), await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const booking = await confirmed(guest, id, inDays(10), 3);
  const entry = await join(first, id, 10, 2);
  await join(second, id, 11, 2);
  await ask('POST', `/v1/bookings/${booking.id}/cancel`, { as: guest });
  const gone = [404, 'bookings.waiting_not_found'] as const;
  for (const as of [second, guest, host]) {
    await refused(book, gone, () => ask('DELETE', waits(id, `/${entry.id}`), { as }));
  }
  const elsewhere = await place(host);
  await refused(book, gone, () => ask('DELETE', waits(elsewhere.id, `/${entry.id}`), { as: first }));
  const left = await ask('DELETE', waits(id, `/${entry.id}`), { as: first });
  expect([left.status, left.text]).toEqual([204, '']);
  await refused(book, gone, () => ask('DELETE', waits(id, `/${entry.id}`), { as: first }));
  expect(await offersTo(first, id)).toEqual([]);
  expect(await offersTo(second, id)).toMatchObject([{ offeredUntil: expect.any(String) }]);
  advance(30 * MINUTE);
  expect(await offersTo(second, id)).toEqual([]);
});
