import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Booking } from '../../src/book/index.ts';
import { bookingCopies } from '../../src/bookings/sink.ts';
import { newIdWithin } from '../../src/kernel/ids.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { createSink } from '../../src/platform/book-sink.ts';
import { callBy, type Stub } from '../book/ground.ts';
import {
  ask,
  confirmed,
  costOf,
  held,
  inDays,
  type Json,
  newGuest,
  newHost,
  now,
  type Person,
  place,
  refused,
  told,
  turnBack,
} from './ground.ts';

let host: Person;
beforeAll(async () => {
  host = await newHost();
});
afterEach(turnBack);

const list = (as: Person, query = '') => ask('GET', `/v1/bookings${query}`, { as });
const idsIn = ({ body }: { body: Json }): string[] => body.data.map(({ id }: Json) => id);
const sink = createSink(env.DB, bookingCopies);

async function keptOf(book: Stub, as: Person, bookingId: string): Promise<Booking> {
  const kept = await book.readBooking(callBy(as.actor.accountId, now()), bookingId);
  if (!kept.ok) throw new Error();
  return kept.value as unknown as Booking;
}
const tell = (booking: Booking, epoch = 0) => sink.send([row({ epoch, booking })]);
const row = (body: unknown) =>
  ({ seq: 1, kind: 'booking', body: JSON.stringify(body), attempts: 0 }) as Parameters<
    typeof sink.send
  >[0][number];

/** Many bookings in D1, a second apart, all like one. */
async function many(like: Booking, propertyId: string, count: number, more: Partial<Booking> = {}) {
  const bookings = Array.from({ length: count }, (_, index) => {
    const createdAt = like.createdAt - index * 1_000;
    const checkIn = addNights(like.stay.checkIn, index) as Night;
    const stay = { checkIn, checkOut: addNights(checkIn, 1) };
    return { ...like, id: newIdWithin('bkg', propertyId, createdAt), createdAt, stay, ...more };
  });
  expect(await sink.send(bookings.map((booking) => row({ epoch: 0, booking })))).toBe('done');
  return bookings.map(({ id }) => id);
}

test('what was done is in the lists of both sides, and in nobody else’s', async () => {
  const [guest, stranger] = [await newGuest(), await newGuest()];
  const { id: propertyId, book } = await place(host);
  const made = await confirmed(guest, propertyId, inDays(10));
  await told(book);
  expect((await list(guest)).body).toEqual({ data: [made], nextCursor: null });
  const byHost = (await ask('GET', `/v1/bookings/${made.id}`, { as: host })).body;
  expect(byHost.hostEarns).toBeDefined();
  expect((await list(host, `?role=host&propertyId=${propertyId}`)).body.data).toEqual([byHost]);
  expect((await list(host)).body.data).toEqual([]);
  expect((await list(guest, '?role=host')).body.data).toEqual([]);
  expect((await list(stranger)).body.data).toEqual([]);
  expect((await list(stranger, `?role=host&propertyId=${propertyId}`)).body.data).toEqual([]);

  await ask('POST', `/v1/bookings/${made.id}/cancel`, { as: guest });
  expect((await ask('GET', `/v1/bookings/${made.id}`, { as: host })).body.status).toBe('cancelled');
  await told(book);
  expect((await list(guest, '?status=cancelled')).body.data).toMatchObject([{ id: made.id }]);
  expect((await list(guest, '?status=confirmed')).body.data).toEqual([]);
});

test('pages come newest first, each in one trip, and a page reads no more the more there is', async () => {
  const [guest, owner] = [await newGuest(), await newHost()];
  const { id: propertyId, book } = await place(owner);
  const first = await held(guest, propertyId, inDays(10));
  const like = await keptOf(book, guest, first.id);
  await told(book);
  const ids = [first.id, ...(await many({ ...like, createdAt: like.createdAt - 1 }, propertyId, 120))];
  for (const query of ['?limit=50', '?limit=50&role=host', `?limit=50&role=host&propertyId=${propertyId}`]) {
    const as = query.includes('host') ? owner : guest;
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { answer, cost, rowsRead } = await costOf(() => list(as, query + cursor));
      expect(rowsRead, 'rows read').toBeLessThan(6 * answer.body.data.length);
      expect(cost).toMatchObject({ d1Trips: 1, bookHops: 0, limiterHops: 0 });
      seen.push(...idsIn(answer));
      cursor = answer.body.nextCursor && `&cursor=${encodeURIComponent(answer.body.nextCursor)}`;
    }
    expect(seen, query).toEqual(ids);
  }
  expect(idsIn(await list(owner, '?role=host&status=confirmed'))).toEqual([]);
  const cursor = (await list(guest, '?limit=50')).body.nextCursor;
  for (const query of [
    `?limit=50&role=host&cursor=${cursor}`,
    `?limit=50&status=pending&cursor=${cursor}`,
    '?cursor=x',
    '?role=staff',
    '?status=paid',
    '?limit=101',
    '?from=2027-02-30',
    '?propertyId=prp_x',
    '?surprise=1',
  ]) {
    await refused(book, [400, 'request.invalid'], () => list(guest, query));
  }
  await refused(book, [400, 'request.invalid'], () => list(owner, `?limit=50&cursor=${cursor}`));
});

test('stays are found by the nights that they have', async () => {
  const guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const made = await held(guest, propertyId, inDays(10), 3);
  await told(book);
  const found = async (query: string) => idsIn(await list(guest, query)).length;
  expect(await found(`?from=${inDays(12)}`)).toBe(1);
  expect(await found(`?from=${inDays(13)}`)).toBe(0);
  expect(await found(`?to=${inDays(10)}`)).toBe(1);
  expect(await found(`?to=${inDays(9)}`)).toBe(0);
  expect(await found(`?from=${inDays(11)}&to=${inDays(11)}&propertyId=${propertyId}`)).toBe(1);
  expect(made.status).toBe('pending');
});

test('who helps with the calendar sees the bookings of that place beside their own, who only talks does not', async () => {
  const [guest, helper, talker] = [await newGuest(), await newHost(), await newGuest()];
  const [there, own] = [await place(host), await place(helper)];
  const call = callBy(host.actor.accountId, now());
  await there.book.changeCoHost(call, { accountId: helper.actor.accountId, access: 'calendar' });
  await there.book.changeCoHost(call, { accountId: talker.actor.accountId, access: 'messages' });
  const one = await held(guest, there.id, inDays(10));
  const two = await held(guest, own.id, inDays(20));
  await told(there.book);
  await told(own.book);
  const older = await many(
    { ...(await keptOf(there.book, guest, one.id)), createdAt: Date.parse(one.createdAt) - 1 },
    there.id,
    5,
  );
  const first = await list(helper, '?role=host&limit=3');
  expect(idsIn(first)).toEqual([two.id, one.id, older[0]]);
  const rest = await list(helper, `?role=host&limit=9&cursor=${first.body.nextCursor}`);
  expect(rest.status).toBe(200);
  expect(idsIn(await list(helper, '?role=host'))).toEqual([two.id, one.id, ...older]);
  expect(idsIn(await list(helper, `?role=host&propertyId=${there.id}`))).toEqual([one.id, ...older]);
  expect((await list(talker, '?role=host')).body.data).toEqual([]);
  expect((await list(talker, `?role=host&propertyId=${there.id}`)).body.data).toEqual([]);
  expect((await ask('GET', `/v1/bookings/${one.id}`, { as: talker })).body.code).toBe('bookings.not_found');
});

test('no list is sorted by hand, and none is read whole', async () => {
  const plan = async (query: string) => {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`).all<{ detail: string }>();
    return results.map(({ detail }) => detail).join('\n');
  };
  const order = 'ORDER BY created_at DESC, id DESC LIMIT 21';
  for (const [column, index] of [
    ['guest_id', 'booking_by_guest'],
    ['host_id', 'booking_by_host'],
    ['property_id', 'booking_by_property'],
  ]) {
    const found = await plan(
      `SELECT id FROM booking WHERE ${column} = 'x' AND (created_at, id) < (5, 'y') ${order}`,
    );
    expect(found).toContain(`INDEX ${index}`);
    expect(found).not.toContain('TEMP B-TREE');
  }
  const byStatus = await plan(`SELECT id FROM booking WHERE host_id = 'x' AND status = 'pending' ${order}`);
  expect(byStatus).toContain('booking_by_host_status');
  expect(byStatus).not.toContain('TEMP B-TREE');
});

test('an older copy never replaces a later one, and the same one mends what went wrong', async () => {
  const guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const made = await held(guest, propertyId, inDays(10));
  const kept = await keptOf(book, guest, made.id);
  await told(book);
  const inD1 = async () =>
    env.DB.prepare('SELECT status, epoch, version FROM booking WHERE id = ?').bind(made.id).first();
  const first = await inD1();
  const epoch = first?.epoch as number;
  const later = { ...kept, status: 'confirmed' as const, version: 5 };
  expect([await tell(later, epoch), await tell(kept, epoch), await tell(later, epoch)]).toEqual(
    Array.from({ length: 3 }, () => 'done'),
  );
  expect(await inD1()).toEqual({ status: 'confirmed', epoch, version: 5 });
  await env.DB.prepare("UPDATE booking SET status = 'pending' WHERE id = ?").bind(made.id).run();
  await tell(later, epoch);
  expect(await inD1()).toMatchObject({ status: 'confirmed' });
  await tell(kept, epoch + 1);
  expect(await inD1()).toEqual({ status: 'pending', epoch: epoch + 1, version: 1 });
  await tell(later, epoch);
  expect(await inD1()).toEqual({ status: 'pending', epoch: epoch + 1, version: 1 });
});
