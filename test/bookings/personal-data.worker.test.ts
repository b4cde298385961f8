import { runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { describeBookings, openBookingBusiness } from '../../src/bookings/index.ts';
import { DAY } from '../../src/kernel/clock.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { openPaymentBusiness } from '../../src/payments/index.ts';
import { system } from '../book/ground.ts';
import { eventOf } from '../book/money/events.ts';
import { readMoney } from '../book/sim/check-payments.ts';
import {
  advance,
  ask,
  confirmed,
  contextOf,
  held,
  inDays,
  newGuest,
  newHost,
  now,
  type Person,
  place,
  refused,
  settlePayment,
  told,
  turnBack,
} from './ground.ts';

let host: Person;
beforeAll(async () => {
  host = await newHost();
});
afterEach(turnBack);

const describe = (who: Person) => describeBookings(contextOf(who).db, who.actor.accountId);

test('a guest takes away their own bookings, and nobody else’s', async () => {
  const [guest, other] = [await newGuest(), await newGuest()];
  const { id: propertyId, book } = await place(host);
  const made = await confirmed(guest, propertyId, inDays(10));
  await confirmed(other, propertyId, inDays(20));
  await told(book);
  expect(await describe(guest)).toEqual({ bookings: [made] });
  expect(await describe(host)).toEqual({ bookings: [] });
});

test('nobody is erased while somebody counts on a booking, on either side', async () => {
  const guest = await newGuest();
  const { id: propertyId, book } = await place(host, 'request');
  const waiting = await held(guest, propertyId, inDays(10));
  await told(book);
  const open = [`booking:${waiting.id}`];
  expect(await openBookingBusiness(contextOf(guest), guest.actor.accountId)).toEqual(open);
  expect(await openBookingBusiness(contextOf(host), host.actor.accountId)).toEqual(
    expect.arrayContaining(open),
  );
  const body = await refused(book, [409, 'privacy.open_business'], () =>
    ask('DELETE', '/v1/me', { as: guest }),
  );
  expect(body.open).toEqual(open);
  await settlePayment(waiting.id);
  expect((await ask('POST', `/v1/bookings/${waiting.id}/accept`, { as: host })).body.status).toBe(
    'confirmed',
  );
  await told(book);
  expect(await openBookingBusiness(contextOf(guest), guest.actor.accountId)).toEqual(open);
  await ask('POST', `/v1/bookings/${waiting.id}/cancel`, { as: guest });
  await told(book);
  expect(await openBookingBusiness(contextOf(guest), guest.actor.accountId)).toEqual([]);

  // The money is still on its way back.
  const [payment] = await runInDurableObject(book, (_, { storage }) => readMoney(storage).payments);
  if (!payment) throw new Error('Nobody has paid');
  const underWay = await refused(book, [409, 'privacy.open_business'], () =>
    ask('DELETE', '/v1/me', { as: guest }),
  );
  expect(underWay.open).toEqual([`payment:${payment.id}`]);
  await book.applyPaymentEvents(system(now()), [eventOf(payment, 'refunded', { reference: 're_1' })]);
  await told(book);
  expect(await openPaymentBusiness(contextOf(guest), guest.actor.accountId)).toEqual([]);
  expect((await ask('DELETE', '/v1/me', { as: guest })).status).toBe(202);
});

test('no host is erased between the end of a stay and its payout', async () => {
  const [leaving, guest] = [await newHost(), await newGuest()];
  const { id: propertyId, book } = await place(leaving);
  const checkIn = inDays(2);
  const { id } = await confirmed(guest, propertyId, checkIn, 1);
  // They have left by eleven, and the payout is due at three in the afternoon.
  advance(Date.parse(`${addNights(checkIn, 1)}T09:00:00Z`) - now());
  const { body } = await ask('GET', `/v1/bookings/${id}`, { as: guest });
  expect(body.status).toBe('completed');
  await told(book);
  const open = async () => ({
    bookings: await openBookingBusiness(contextOf(leaving), leaving.actor.accountId),
    payments: await openPaymentBusiness(contextOf(leaving), leaving.actor.accountId),
  });
  expect(await open()).toEqual({ bookings: [], payments: [`earnings:${id}`] });

  advance(DAY);
  await ask('GET', `/v1/bookings/${id}`, { as: guest });
  const [payout] = await runInDurableObject(book, (_, { storage }) => readMoney(storage).payouts);
  if (!payout) throw new Error('Nothing is paid out');
  const { key, attempt, amount } = payout;
  const sent = { amount, sent: amount, left: false, provider: 'stripe', reference: 'tr_1' } as const;
  const settled = { bookingId: id, key, attempt, result: { kind: 'paid', ...sent } } as const;
  await book.settlePayout(system(now()), settled);
  await told(book);
  expect(await open()).toEqual({ bookings: [], payments: [] });
});
