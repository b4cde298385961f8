import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/actor.ts';
import { DAY, HOUR } from '../../src/kernel/clock.ts';
import { callBy } from '../book/ground.ts';
import { place as bookAlone, booked, eventsOf, FIRST } from '../book/stays/ground.ts';
import { person } from '../worker/people.ts';
import {
  advance,
  ask,
  confirmed,
  costOf,
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

const WISH = { reason: 'Fire', keepBlocked: false, waivePenalty: false };
const STAFF = { roles: ['staff' satisfies Role] as Role[], mfa: true };
let host: Person;
let staff: Person;
beforeAll(async () => {
  host = await newHost();
  staff = await person(`staff-${crypto.randomUUID()}`, STAFF);
});
afterEach(turnBack);

const cancel = (as: Person | undefined, id: string, json: unknown = { reason: 'Fire' }, key?: string) =>
  ask('POST', `/v1/staff/bookings/${id}/cancel`, { as, json, ...(key === undefined ? {} : { key }) });

test('staff cancel a booking whatever its policy says: all comes back, the host owes, and the reason is kept', async () => {
  const guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const { id, total } = await confirmed(guest, propertyId, inDays(10));
  advance(Date.parse(`${inDays(10)}T12:00:00Z`) - HOUR - now());
  const { answer, cost } = await costOf(() => cancel(staff, id, { reason: 'Fire in the house' }, 'once'));
  expect(answer.body).toMatchObject({
    status: 'cancelled',
    cause: 'staff',
    payment: { status: 'refunded', refunded: total },
    penalty: { amount: 650_000 },
  });
  expect(cost).toMatchObject({ d1Trips: 1, bookHops: 1 });
  const again = await cancel(staff, id, { reason: 'Fire in the house' }, 'once');
  expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([answer.text, 'true']);
  await told(book);
  const { results } = await env.DB.prepare('SELECT * FROM audit WHERE subject = ? AND action = ?')
    .bind(propertyId, 'booking.cancelled')
    .all<{ actor_kind: string; actor_id: string; data: string }>();
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({ actor_kind: 'staff', actor_id: staff.actor.accountId });
  expect(JSON.parse(String(results[0]?.data))).toMatchObject({
    bookingId: id,
    by: 'staff',
    reason: 'Fire in the house',
    penalty: 650_000,
  });
  await refused(book, [409, 'bookings.wrong_state'], () => cancel(staff, id));
});

test('a penalty can be waived, nights can stay closed, and then nobody who waits is offered them', async () => {
  const [guest, waiter] = [await newGuest(), await newGuest()];
  const { id: propertyId, book } = await place(host);
  const { id } = await confirmed(guest, propertyId, inDays(10));
  const stay = { checkIn: inDays(10), checkOut: inDays(12), guests: { adults: 1 } };
  await ask('POST', `/v1/properties/${propertyId}/waitlist`, { as: waiter, json: stay });
  const how = { reason: 'Flood', keepBlocked: true, waivePenalty: true };
  expect((await cancel(staff, id, how)).body).toMatchObject({ cause: 'staff', penalty: { amount: 0 } });
  const days = (await ask('GET', `/v1/properties/${propertyId}/calendar?from=${inDays(9)}&to=${inDays(12)}`))
    .body.data;
  expect(days.map(({ available }: { available: boolean }) => available)).toEqual([true, false, false, true]);
  const waits = await ask('GET', `/v1/properties/${propertyId}/waitlist`, { as: waiter });
  expect(waits.body.data).toMatchObject([{ offeredUntil: null }]);
  const call = callBy(host.actor.accountId, now());
  const opened = [{ from: inDays(10), to: inDays(11), available: true }];
  await book.updateCalendar(call, opened as never);
  const offered = await ask('GET', `/v1/properties/${propertyId}/waitlist`, { as: waiter });
  expect(offered.body.data).toMatchObject([{ offeredUntil: expect.any(String) }]);
});

test('whoever follows the events of a book learns that staff cancelled, and that the nights stay closed', async () => {
  const { book, create } = await bookAlone();
  const id = await booked(book, create, FIRST, 2);
  const how = { bookingId: id, reason: 'Flood', keepBlocked: true, waivePenalty: false };
  await book.cancelBookingAsStaff({ ...callBy('usr_staff'), actorKind: 'staff' }, how, null);
  expect((await eventsOf(book)).slice(-2)).toMatchObject([
    { type: 'booking.cancelled', actorKind: 'staff', data: { booking: { cause: 'staff' } } },
    {
      type: 'calendar.changed',
      data: { calendar: [{ from: FIRST, available: false }, { available: false }] },
      previous: { nights: [{ night: FIRST }, { night: '2027-03-02' }] },
    },
  ]);
});

test('a booking that nobody paid for is cancelled by staff too, and nobody owes anything', async () => {
  const guest = await newGuest();
  const { id: propertyId } = await place(host, 'request');
  const { id } = await held(guest, propertyId, inDays(10));
  await settlePayment(id);
  expect((await cancel(staff, id)).body).toMatchObject({
    status: 'cancelled',
    cause: 'staff',
    penalty: { amount: 0 },
  });
});

test('nobody but staff with a second factor cancels as staff, and none of them their own', async () => {
  const guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const { id } = await confirmed(guest, propertyId, inDays(10));
  await refused(book, [401, 'auth.required'], () => cancel(undefined, id));
  for (const one of [guest, host]) await refused(book, [403, 'auth.forbidden'], () => cancel(one, id));
  const oneFactor = await person(`one-factor-${crypto.randomUUID()}`, { ...STAFF, mfa: false });
  await refused(book, [403, 'auth.second_factor_required'], () => cancel(oneFactor, id));
  const made = await ask('POST', '/v1/api-keys', {
    as: staff,
    json: { name: 'desk', scopes: ['bookings:read', 'bookings:write'] },
  });
  const key = { ...staff, token: made.body.key as string };
  await refused(book, [403, 'auth.scope_missing'], () => cancel(key, id));

  const lodger = await person(`lodger-${crypto.randomUUID()}`, STAFF);
  const own = await confirmed(lodger, propertyId, inDays(20));
  await refused(book, [403, 'bookings.own_booking'], () => cancel(lodger, own.id));
  const call = callBy(host.actor.accountId, now());
  await book.changeCoHost(call, { accountId: staff.actor.accountId, access: 'messages' });
  await refused(book, [403, 'bookings.own_booking'], () => cancel(staff, id));
  await book.changeCoHost(call, { accountId: staff.actor.accountId, access: null });
  for (const json of [{}, { reason: '' }, { reason: 'x'.repeat(501) }, { reason: 'x', refund: 1 }]) {
    await refused(book, [400, 'request.invalid'], () => cancel(staff, id, json));
  }
  await refused(book, [404, 'bookings.not_found'], () =>
    cancel(staff, id.replace(/.{10}(?=.{26}$)/, '0000000000')),
  );
  const sql = "UPDATE account SET status = 'suspended' WHERE id = ?";
  const fired = await person(`fired-${crypto.randomUUID()}`, STAFF);
  await env.DB.prepare(sql).bind(fired.actor.accountId).run();
  await refused(book, [401, 'auth.session_ended'], () => cancel(fired, id));
  expect(await book.cancelBookingAsStaff(call, { bookingId: id, ...WISH }, null)).toMatchObject({
    refusal: 'forbidden',
  });
  advance(20 * DAY);
  await ask('GET', `/v1/bookings/${id}`, { as: guest });
  await refused(book, [409, 'bookings.wrong_state'], () => cancel(staff, id));
});
