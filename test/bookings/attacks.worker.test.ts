import { afterEach, beforeAll, expect, test } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/kernel/clock.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { callBy } from '../book/ground.ts';
import {
  advance,
  ask,
  confirmed,
  create,
  GUESTS,
  held,
  inDays,
  newGuest,
  newHost,
  now,
  type Person,
  place,
  quoteFor,
  refused,
  settlePayment,
  stateOf,
  turnBack,
} from './ground.ts';

/** What somebody tries who means no good. */
let host: Person;
beforeAll(async () => {
  host = await newHost();
});
afterEach(turnBack);

const act = (as: Person, id: string, what: string, json?: unknown, key?: string) =>
  ask('POST', `/v1/bookings/${id}/${what}`, { as, json, ...(key === undefined ? {} : { key }) });
const stayIn = (from: number, nights: number) => ({
  checkIn: inDays(from),
  checkOut: addNights(inDays(from), nights),
});
const alter = (as: Person, id: string, from: number, nights: number) =>
  act(as, id, 'alterations', { ...stayIn(from, nights), guests: GUESTS }, crypto.randomUUID());

test('of twenty who use a code for three at the same moment three do, and one who cancels makes room for one', async () => {
  const guests = await Promise.all(Array.from({ length: 20 }, newGuest));
  const { id, book } = await place(host);
  const promotions = [{ code: 'THRICE', percentOff: 50, maxUses: 3 }];
  const rates = { currency: 'KES', nightly: 10_000, promotions } as never;
  await book.putRates(callBy(host.actor.accountId, now()), rates, '*');
  const quotes = await Promise.all(
    guests.map(async (_, index) => {
      const json = { ...stayIn(10 + 2 * index, 1), guests: GUESTS, promotionCode: 'THRICE' };
      return (await ask('POST', `/v1/properties/${id}/quotes`, { json })).body.quote as string;
    }),
  );
  const tried = () => Promise.all(guests.map((guest, index) => create(guest, quotes[index] as string)));
  const answers = await tried();
  const made = answers.filter(({ status }) => status === 201);
  expect(made).toHaveLength(3);
  const codes = new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code));
  expect(codes).toEqual(new Set(['quotes.promotion_exhausted']));
  expect((await stateOf(book)).tables.promotion_use).toHaveLength(3);

  const first = answers.findIndex(({ status }) => status === 201);
  await act(guests[first] as Person, made[0]?.body.id, 'cancel');
  const others = guests.flatMap((guest, index) => (answers[index]?.status === 201 ? [] : [{ guest, index }]));
  const again = await Promise.all(others.map(({ guest, index }) => create(guest, quotes[index] as string)));
  expect(again.filter(({ status }) => status === 201)).toHaveLength(1);
  expect((await stateOf(book)).tables.promotion_use).toHaveLength(3);
});

test('a cancellation takes a waiting alteration along: its nights are free, and nobody can agree to it any more', async () => {
  const [guest, other] = [await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const booking = await confirmed(guest, id, inDays(10), 2);
  const asked = await alter(guest, booking.id, 12, 5);
  const alteration = asked.body.alteration.id;
  const quote = async () => await quoteFor(id, inDays(10), 7);
  await expect(quote()).rejects.toThrow('bookings.unavailable');
  await act(guest, booking.id, 'cancel');
  expect((await stateOf(book)).tables.stay).toEqual([]);
  const taken = await create(other, await quote());
  expect(taken.status).toBe(201);
  for (const what of ['accept', 'decline']) {
    await refused(book, [404, 'bookings.alteration_not_found'], () =>
      act(host, booking.id, `alterations/${alteration}/${what}`),
    );
  }
  await refused(book, [409, 'bookings.wrong_state'], () => alter(guest, booking.id, 20, 1));
});

test('an alteration of one booking is answered at no other, and a quote is no way around one that waits', async () => {
  const [guest, other] = [await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const [one, two] = [await confirmed(guest, id, inDays(10)), await confirmed(other, id, inDays(20))];
  const beside = await quoteFor(id, inDays(12), 2);
  const alteration = (await alter(host, one.id, 12, 2)).body.alteration.id;
  await refused(book, [404, 'bookings.alteration_not_found'], () =>
    act(other, two.id, `alterations/${alteration}/accept`),
  );
  await refused(book, [404, 'bookings.not_found'], () =>
    act(other, one.id, `alterations/${alteration}/accept`),
  );
  await refused(book, [409, 'bookings.own_alteration'], () =>
    act(host, one.id, `alterations/${alteration}/accept`),
  );
  const third = await newGuest();
  await refused(book, [409, 'bookings.unavailable'], () => create(third, beside));
});

test('a key is one operation’s and one account’s: with another of either it begins anew', async () => {
  const guest = await newGuest();
  const { id } = await place(host);
  const made = await create(guest, await quoteFor(id, inDays(10), 2), 'same');
  const cancelled = await act(guest, made.body.id, 'cancel', {}, 'same');
  expect([made.status, cancelled.status]).toEqual([201, 200]);
  expect(cancelled.headers.get('idempotent-replayed')).toBeNull();
  const byHost = await act(host, made.body.id, 'cancel', {}, 'same');
  expect([byHost.status, byHost.headers.get('idempotent-replayed')]).toEqual([409, null]);
});

test('a place is not archived over anybody’s head: not while one stays, holds, is asked or is offered', async () => {
  const [guest, other] = [await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const archive = () => ask('DELETE', `/v1/properties/${id}`, { as: host });
  const ahead = [409, 'properties.stays_ahead'] as const;
  const booking = await held(guest, id, inDays(10));
  await refused(book, ahead, archive);
  await settlePayment(booking.id);
  await refused(book, ahead, archive);
  await ask('POST', `/v1/properties/${id}/waitlist`, {
    as: other,
    json: { ...stayIn(10, 1), guests: { adults: 1 } },
  });
  const status = (to: 'published' | 'unpublished') =>
    book.changeStatus(callBy(host.actor.accountId, now()), to === 'published' ? { to, missing: [] } : { to });
  await status('unpublished');
  const hidden = await ask('POST', `/v1/properties/${id}/quotes`, {
    json: { ...stayIn(30, 1), guests: GUESTS },
  });
  expect(hidden.body.code).toBe('properties.not_found');
  expect((await ask('GET', `/v1/bookings/${booking.id}`, { as: guest })).body.status).toBe('confirmed');
  await act(guest, booking.id, 'cancel');
  await status('published');
  await refused(book, ahead, archive);
  advance(30 * MINUTE);
  expect((await archive()).status).toBe(204);
});

test('to the second: a full refund until a day before check-in, and a moment later one night less', async () => {
  const atDeadline = async (lateMs: number) => {
    const guest = await newGuest();
    const { id } = await place(host);
    const booking = await confirmed(guest, id, inDays(10), 2);
    advance(Date.parse(`${inDays(10)}T12:00:00Z`) - DAY + lateMs - now());
    const { body } = await act(guest, booking.id, 'cancel');
    turnBack();
    return { back: body.payment.refunded.amount, total: booking.total.amount };
  };
  const [before, after] = [await atDeadline(-SECOND), await atDeadline(SECOND)];
  expect(before).toEqual({ back: 22_800, total: 22_800 });
  expect(after).toEqual({ back: 10_000, total: 22_800 });
});
