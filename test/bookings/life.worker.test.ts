import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/kernel/clock.ts';
import { newId, newIdWithin } from '../../src/kernel/ids.ts';
import { addNights } from '../../src/kernel/stay.ts';
import {
  advance,
  ask,
  confirmed,
  costOf,
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

let host: Person;
let guest: Person;
let stranger: Person;

beforeAll(async () => {
  host = await newHost();
  stranger = await newGuest();
});
beforeAll(async () => {
  guest = await newGuest();
});
afterEach(turnBack);

/** 15:00 in Nairobi. */
const checkInOf = (night: string) => Date.parse(`${night}T12:00:00Z`);
const act = (as: Person, id: string, what: string, json?: unknown, key?: string) =>
  ask('POST', `/v1/bookings/${id}/${what}`, { as, json, ...(key === undefined ? {} : { key }) });

test('a stay is held, paid, confirmed and completed, and both sides see it', async () => {
  guest = await newGuest();
  const { id: propertyId } = await place(host);
  const quote = await quoteFor(propertyId, inDays(10), 3);
  const made = await create(guest, quote, 'a-key', { message: 'We come by train.' });
  expect(made.status, made.text).toBe(201);
  const { id } = made.body;
  expect(made.headers.get('location')).toBe(`/v1/bookings/${id}`);
  expect(made.headers.get('etag')).toBe('"1"');
  expect(made.body).toMatchObject({
    propertyId,
    guestId: guest.actor.accountId,
    hostId: host.actor.accountId,
    status: 'pending',
    awaiting: 'payment',
    checkIn: inDays(10),
    checkOut: inDays(13),
    guests: GUESTS,
    nights: [{ date: inDays(10), price: { amount: 10_000, currency: 'KES' } }, {}, {}],
    policy: 'flexible',
    message: 'We come by train.',
    payment: null,
    alteration: null,
    version: 1,
  });
  expect(Date.parse(made.body.expiresAt) - Date.parse(made.body.createdAt)).toBe(15 * MINUTE);
  expect(made.body).not.toHaveProperty('hostEarns');

  await settlePayment(id);
  const paid = await ask('GET', `/v1/bookings/${id}`, { as: guest });
  expect(paid.body).toMatchObject({
    status: 'confirmed',
    payment: { status: 'captured', amount: paid.body.total, refunded: { amount: 0 }, owed: { amount: 0 } },
  });
  const again = await ask('GET', `/v1/bookings/${id}`, { as: guest, headers: { 'if-none-match': '"3"' } });
  expect(again.status).toBe(304);
  const byHost = await ask('GET', `/v1/bookings/${id}`, { as: host });
  expect(byHost.body).toEqual({
    ...paid.body,
    hostEarns: { amount: expect.any(Number), currency: 'KES' },
    penalty: { amount: 0, currency: 'KES' },
  });
  expect((await ask('GET', `/v1/bookings/${id}`, { as: stranger })).body.code).toBe('bookings.not_found');

  advance(14 * DAY);
  expect((await ask('GET', `/v1/bookings/${id}`, { as: guest })).body).toMatchObject({ status: 'completed' });
});

test('what a request to the book costs is known', async () => {
  guest = await newGuest();
  const { id: propertyId } = await place(host);
  const quote = await quoteFor(propertyId, inDays(10), 3);
  const free = { d1Trips: 0, bookHops: 0, limiterHops: 0, kvReads: 0, kvWrites: 0 };
  const made = await costOf(() => create(guest, quote));
  expect(made.answer.status).toBe(201);
  expect(made.cost).toEqual({ ...free, bookHops: 1, limiterHops: 1 });
  const { id } = made.answer.body;
  for (const path of [`/v1/bookings/${id}`, `/v1/bookings/${id}/refund-preview`]) {
    expect((await costOf(() => ask('GET', path, { as: guest }))).cost).toEqual({ ...free, bookHops: 1 });
  }
  expect((await costOf(() => ask('GET', '/v1/bookings', { as: guest }))).cost).toEqual({
    ...free,
    d1Trips: 1,
  });
  const cancelled = await costOf(() => act(guest, id, 'cancel', {}, 'cancel-key'));
  expect(cancelled.answer.body.status).toBe('cancelled');
  expect(cancelled.cost).toEqual({ ...free, d1Trips: 1, bookHops: 1 });
});

test('a request waits for the host, who accepts once', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host, 'request');
  const { id } = await held(guest, propertyId, inDays(10));
  await refused(book, [409, 'bookings.wrong_state'], () => act(host, id, 'accept'));
  await settlePayment(id);
  const asked = (await ask('GET', `/v1/bookings/${id}`, { as: host })).body;
  expect(asked).toMatchObject({ awaiting: 'host', payment: { status: 'captured' } });
  await refused(book, [403, 'bookings.not_the_host'], () => act(guest, id, 'accept'));
  await refused(book, [404, 'bookings.not_found'], () => act(stranger, id, 'accept'));
  const accepted = await act(host, id, 'accept');
  expect(accepted.body).toMatchObject({ status: 'confirmed', payment: { status: 'captured' } });
  const body = await refused(book, [409, 'bookings.wrong_state'], () => act(host, id, 'accept'));
  expect(body).toMatchObject({ status: 409, bookingStatus: 'confirmed' });
});

test('a request is declined, and nothing was taken', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host, 'request');
  const { id } = await held(guest, propertyId, inDays(10));
  await settlePayment(id);
  await refused(book, [403, 'bookings.not_the_host'], () => act(guest, id, 'decline'));
  expect((await act(host, id, 'decline')).body).toMatchObject({
    status: 'cancelled',
    cause: 'declined',
    payment: { status: 'refunded' },
  });
});

test('a booking is cancelled once, for what its preview said', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const { id } = await confirmed(guest, propertyId, inDays(10));
  advance(checkInOf(inDays(10)) - HOUR - now());
  const preview = (await ask('GET', `/v1/bookings/${id}/refund-preview`, { as: guest })).body;
  expect(preview).toMatchObject({
    refund: { currency: 'KES' },
    kept: { currency: 'KES' },
    rule: expect.any(String),
  });
  expect(preview.refund.amount).toBeGreaterThan(0);
  expect(preview.kept.amount).toBeGreaterThan(0);
  expect(
    preview.lines.reduce(
      (sum: number, { refunded }: { refunded: { amount: number } }) => sum + refunded.amount,
      0,
    ),
  ).toBe(preview.refund.amount);
  const later = new Date(Date.now() + 60 * DAY).toISOString();
  const after = (await ask('GET', `/v1/bookings/${id}/refund-preview?at=${later}`, { as: guest })).body;
  expect(after.refund.amount).toBeLessThan(preview.refund.amount);
  await refused(book, [404, 'bookings.not_found'], () => act(stranger, id, 'cancel', {}));
  const cancelled = await act(guest, id, 'cancel', { reason: 'The train does not run.' });
  expect(cancelled.body).toMatchObject({
    status: 'cancelled',
    cause: 'guest',
    payment: { status: 'partially_refunded', refunded: preview.refund },
  });
  await refused(book, [409, 'bookings.wrong_state'], () => act(guest, id, 'cancel'));
  await refused(book, [409, 'bookings.wrong_state'], () =>
    ask('GET', `/v1/bookings/${id}/refund-preview`, { as: guest }),
  );
});

test('a host who cancels gives everything back and sees what it costs', async () => {
  guest = await newGuest();
  const { id: propertyId } = await place(host);
  const { id } = await confirmed(guest, propertyId, inDays(10));
  const { body } = await act(host, id, 'cancel', { reason: 'Flood' });
  expect(body).toMatchObject({
    cause: 'host',
    payment: { status: 'refunded' },
    penalty: { amount: 650_000 },
  });
});

test('a guest who did not come is reported by the host, from check-in on and for a day', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const { id } = await confirmed(guest, propertyId, inDays(3));
  await refused(book, [409, 'bookings.too_early'], () => act(host, id, 'no-show'));
  await refused(book, [403, 'bookings.not_the_host'], () => act(guest, id, 'no-show'));
  advance(checkInOf(inDays(3)) + HOUR - now());
  expect((await act(host, id, 'no-show', { reason: 'Nobody rang.' })).body).toMatchObject({
    status: 'cancelled',
    cause: 'guest',
    noShow: true,
  });

  turnBack();
  const other = await newGuest();
  const { id: late } = await confirmed(other, propertyId, inDays(10), 9);
  advance(checkInOf(inDays(10)) + DAY + HOUR - now());
  // What the clock has done by then is no doing of the refused one.
  await ask('GET', `/v1/bookings/${late}`, { as: other });
  await refused(book, [409, 'bookings.too_late'], () => act(host, late, 'no-show'));
});

test('an alteration is asked for by one side and agreed to by the other', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const { id, checkIn } = await confirmed(guest, propertyId, inDays(10), 3);
  const other = await newGuest();
  await confirmed(other, propertyId, inDays(20), 2);
  const to = (from: number, nights: number, guests = GUESTS) => ({
    checkIn: addNights(checkIn, from),
    checkOut: addNights(checkIn, from + nights),
    guests,
  });
  const request = (json: unknown, as = guest, key: string = crypto.randomUUID()) =>
    act(as, id, 'alterations', json, key);

  const keyless = await refused(book, [400, 'request.invalid'], () =>
    act(guest, id, 'alterations', to(1, 3)),
  );
  expect(keyless.errors).toMatchObject([{ in: 'header', pointer: '/idempotency-key', code: 'required' }]);
  const taken = await refused(book, [409, 'bookings.unavailable'], () => request(to(9, 3)));
  expect(taken.causes).toContainEqual({ code: 'booked', date: inDays(20) });
  await refused(book, [409, 'bookings.unavailable'], () => request(to(0, 3, { ...GUESTS, adults: 5 })));
  await refused(book, [409, 'bookings.no_change'], () => request(to(0, 3)));
  await refused(book, [404, 'bookings.not_found'], () => request(to(1, 3), stranger));

  const asked = await request(to(1, 4), guest, 'alter');
  expect(asked.status, asked.text).toBe(201);
  expect(asked.body.alteration).toMatchObject({ by: 'guest', ...to(1, 4), expiresAt: expect.any(String) });
  const alteration = asked.body.alteration.id;
  const repeated = await request(to(1, 4), guest, 'alter');
  expect([repeated.text, repeated.headers.get('idempotent-replayed')]).toEqual([asked.text, 'true']);
  await refused(book, [409, 'bookings.alteration_pending'], () => request(to(1, 2)));
  await refused(book, [409, 'bookings.own_alteration'], () =>
    act(guest, id, `alterations/${alteration}/accept`),
  );
  await refused(book, [404, 'bookings.not_found'], () =>
    act(stranger, id, `alterations/${alteration}/accept`),
  );

  const accepted = await act(host, id, `alterations/${alteration}/accept`);
  expect(accepted.body).toMatchObject({ ...to(1, 4), alteration: null, payment: { status: 'captured' } });
  expect(accepted.body.payment.owed.amount).toBeGreaterThan(0);
  await refused(book, [404, 'bookings.alteration_not_found'], () =>
    act(host, id, `alterations/${alteration}/accept`),
  );

  const byHost = (await request(to(1, 2), host)).body;
  expect(byHost.alteration).toMatchObject({ by: 'host', hostEarns: { currency: 'KES' } });
  const declined = await act(guest, id, `alterations/${byHost.alteration.id}/decline`);
  expect(declined.body).toMatchObject({ ...to(1, 4), alteration: null });
});

test('who waits for taken nights is written down once', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  await confirmed(guest, propertyId, inDays(10), 3);
  const path = `/v1/properties/${propertyId}/waitlist`;
  const wish = { checkIn: inDays(10), checkOut: inDays(12), guests: { adults: 1 } };
  const joined = await ask('POST', path, { as: stranger, json: wish, key: 'wait' });
  expect(joined.status, joined.text).toBe(201);
  expect(joined.body).toMatchObject({ propertyId, checkIn: wish.checkIn, offeredUntil: null });
  expect((await ask('POST', path, { as: stranger, json: wish })).body).toEqual(joined.body);
  const replayed = await ask('POST', path, { as: stranger, json: wish, key: 'wait' });
  expect([replayed.text, replayed.headers.get('idempotent-replayed')]).toEqual([joined.text, 'true']);
  const free = { ...wish, checkIn: inDays(20), checkOut: inDays(21) };
  await refused(book, [409, 'bookings.available'], () => ask('POST', path, { as: stranger, json: free }));
  await refused(book, [409, 'bookings.own_place'], () => ask('POST', path, { as: host, json: wish }));
  const other = await newGuest();
  const crowd = { ...wish, guests: { adults: 9 } };
  const full = await refused(book, [409, 'bookings.unavailable'], () =>
    ask('POST', path, { as: other, json: crowd }),
  );
  expect(full.causes).toEqual([{ code: 'capacity' }]);
});

test('what is done with a key is done once, and answered with the same bytes', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host, 'request');
  const { id } = await held(guest, propertyId, inDays(10));
  await settlePayment(id);
  const replayed = async (as: Person, what: string, key: string, json?: unknown) => {
    const first = await act(as, id, what, json, key);
    expect(first.status, first.text).toBe(200);
    const before = await stateOf(book);
    const again = await act(as, id, what, json, key);
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
      200,
      first.text,
      'true',
    ]);
    expect(await stateOf(book)).toEqual(before);
  };
  await replayed(host, 'accept', 'yes');
  await replayed(guest, 'cancel', 'no', { reason: 'Rain' });
  await refused(book, [422, 'idempotency.key_reused'], () =>
    act(guest, id, 'cancel', { reason: 'Snow' }, 'no'),
  );
  await refused(book, [409, 'bookings.wrong_state'], () => act(host, id, 'cancel', {}, 'no'));
});

test('whoever is suspended changes nothing', async () => {
  const owner = await newHost();
  guest = await newGuest();
  const { id: propertyId, book } = await place(owner, 'request');
  const { id } = await held(guest, propertyId, inDays(10));
  await settlePayment(id);
  for (const { actor } of [owner, guest]) {
    const sql = "UPDATE account SET status = 'suspended' WHERE id = ?";
    await env.DB.prepare(sql).bind(actor.accountId).run();
  }
  const stay = { checkIn: inDays(10), checkOut: inDays(11), guests: GUESTS };
  const ended = [401, 'auth.session_ended'] as const;
  for (const what of ['accept', 'decline', 'cancel', 'no-show']) {
    await refused(book, ended, () => act(owner, id, what));
  }
  await refused(book, ended, () => act(guest, id, 'cancel', {}, 'a-key'));
  await refused(book, ended, () => act(guest, id, 'alterations', stay, 'a-key'));
  const alteration = newIdWithin('alt', propertyId, now());
  for (const what of ['accept', 'decline']) {
    await refused(book, ended, () => act(owner, id, `alterations/${alteration}/${what}`));
  }
  const path = `/v1/properties/${propertyId}/waitlist`;
  await refused(book, ended, () => ask('POST', path, { as: guest, json: stay }));
});

test('a booking that there is not is not found, wherever it would be', async () => {
  guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const missing = [newIdWithin('bkg', propertyId, now()), newIdWithin('bkg', newId('prp', now()), now())];
  for (const id of missing) {
    const { answer, cost } = await costOf(() => ask('GET', `/v1/bookings/${id}`, { as: guest }));
    expect([answer.status, answer.body.code]).toEqual([404, 'bookings.not_found']);
    expect(cost).toMatchObject({ d1Trips: 0, bookHops: 1 });
    for (const what of ['accept', 'decline', 'cancel', 'no-show']) {
      await refused(book, [404, 'bookings.not_found'], () => act(guest, id, what));
    }
  }
  for (const id of ['bkg_1', `${missing[0]}0`, newId('bkg', now()), '%00']) {
    await refused(book, [400, 'request.invalid'], () => ask('GET', `/v1/bookings/${id}`, { as: guest }));
  }
  const path = `/v1/bookings/${missing[0]}`;
  await refused(book, [401, 'auth.required'], () => ask('GET', path));
});
