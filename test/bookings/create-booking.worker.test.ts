import { Buffer } from 'node:buffer';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { DAY, MINUTE } from '../../src/kernel/clock.ts';
import { openQuote, type Quote, sealQuote } from '../../src/pricing/index.ts';
import { callBy } from '../book/ground.ts';
import {
  advance,
  ask,
  costOf,
  create,
  GUESTS,
  held,
  holdsIn,
  inDays,
  keyring,
  newGuest,
  newHost,
  now,
  type Person,
  place,
  quoteFor,
  refused,
  settlePayment,
  stateOf,
  told,
  turnBack,
} from './ground.ts';

let host: Person;
let guest: Person;

beforeAll(async () => {
  host = await newHost();
});
afterEach(turnBack);

const contentOf = (token: string): Quote => {
  const quote = openQuote(keyring, token, 0);
  if ('refusal' in quote) throw new Error();
  return quote;
};
const forged = (token: string, change: object): string => {
  const [key, payload = '', mac] = token.split('.');
  const content = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change };
  return `${key}.${Buffer.from(JSON.stringify(content)).toString('base64url')}.${mac}`;
};

test('only what was quoted can be booked, byte for byte', async () => {
  guest = await newGuest();
  const [here, there] = [await place(host), await place(host)];
  const quote = await quoteFor(here.id, inDays(10), 3);
  const [key, payload = '', mac = ''] = quote.split('.');
  const flip = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  const bad = [
    forged(quote, { propertyId: there.id }),
    forged(quote, { guests: { ...GUESTS, adults: 50 } }),
    forged(quote, { total: 1 }),
    `${key}.${flip(payload, 40)}.${mac}`,
    `${key}.${payload}.${flip(mac, 5)}`,
    `k2.${payload}.${mac}`,
    `${quote}.`,
    'nonsense',
  ];
  const before = await stateOf(there.book);
  for (const one of bad) {
    await refused(here.book, [422, 'quotes.invalid'], () => create(guest, one));
  }
  expect(await stateOf(there.book)).toEqual(before);
  expect(await holdsIn(guest)).toEqual([]);
  const crowd = { checkIn: inDays(10), checkOut: inDays(13), guests: { ...GUESTS, adults: 50 } };
  const { causes } = await refused(here.book, [409, 'bookings.unavailable'], () =>
    ask('POST', `/v1/properties/${here.id}/quotes`, { json: crowd }),
  );
  expect(causes).toEqual([{ code: 'capacity' }]);
});

test('a quote that has run out books nothing, from its very last instant on', async () => {
  guest = await newGuest();
  const { id, book } = await place(host);
  const fresh = contentOf(await quoteFor(id, inDays(10), 3));
  const { expiresAt: _, ...rest } = fresh;
  const old = sealQuote(keyring, { ...rest, issuedAt: now() - 15 * MINUTE });
  await refused(book, [409, 'quotes.expired'], () => create(guest, old.token));
  expect(await holdsIn(guest)).toEqual([]);
});

test('what is not a request for a booking is refused before anything is asked', async () => {
  guest = await newGuest();
  const { id, book } = await place(host);
  const quote = await quoteFor(id, inDays(10), 3);
  const keyless = await refused(book, [400, 'request.invalid'], () =>
    ask('POST', '/v1/bookings', { as: guest, json: { quote } }),
  );
  expect(keyless.errors).toEqual([
    { in: 'header', pointer: '/idempotency-key', code: 'required', message: expect.any(String) },
  ]);
  for (const key of ['', 'x'.repeat(256), 'a\tb']) {
    await refused(book, [400, 'request.invalid'], () => create(guest, quote, key));
  }
  for (const json of [{}, { quote: 7 }, { quote, guests: 50 }, { quote, message: '' }, []]) {
    await refused(book, [400, 'request.invalid'], () =>
      ask('POST', '/v1/bookings', { as: guest, key: 'k', json }),
    );
  }
  await refused(book, [401, 'auth.required'], () =>
    ask('POST', '/v1/bookings', { key: 'k', json: { quote } }),
  );
});

test('nobody books their own place, nor one that they help with', async () => {
  guest = await newGuest();
  const { id, book } = await place(host);
  const quote = await quoteFor(id, inDays(10), 3);
  await refused(book, [409, 'bookings.own_place'], () => create(host, quote));
  const helper = await newGuest();
  await book.changeCoHost(callBy(host.actor.accountId, now()), {
    accountId: helper.actor.accountId,
    access: 'messages',
  });
  await refused(book, [409, 'bookings.own_place'], () => create(helper, quote));
  expect([await holdsIn(host), await holdsIn(helper)]).toEqual([[], []]);
});

test('taken nights are refused with their causes, and count for nothing', async () => {
  const [first, second] = [await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const quote = await quoteFor(id, inDays(10), 3);
  const other = await quoteFor(id, inDays(20), 3);
  expect((await create(first, quote)).status).toBe(201);
  const body = await refused(book, [409, 'bookings.unavailable'], () => create(second, quote, 'taken'));
  expect(body.causes).toEqual([10, 11, 12].map((day) => ({ code: 'booked', date: inDays(day) })));
  const again = await create(second, quote, 'taken');
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([409, 'true']);
  expect(again.body.causes).toEqual(body.causes);
  await refused(book, [409, 'bookings.held_already'], () => create(first, other));
  expect((await holdsIn(first)).length).toBe(1);
  expect(await holdsIn(second)).toEqual([]);
});

test('the same key books once and answers the same bytes, even when the quote has run out', async () => {
  guest = await newGuest();
  const { id, book } = await place(host);
  const quote = await quoteFor(id, inDays(10), 3);
  const first = await create(guest, quote, 'once');
  expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null]);
  const before = await stateOf(book);
  const { answer: again, cost } = await costOf(() => create(guest, quote, 'once'));
  expect([again.status, again.text]).toEqual([201, first.text]);
  for (const name of ['location', 'etag']) expect(again.headers.get(name)).toBe(first.headers.get(name));
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(cost).toMatchObject({ d1Trips: 0, bookHops: 1 });
  expect(await stateOf(book)).toEqual(before);
  expect(await holdsIn(guest)).toEqual([first.body.id]);

  await settlePayment(first.body.id);
  advance(20 * MINUTE);
  const late = await create(guest, quote, 'once');
  expect([late.status, late.text]).toEqual([201, first.text]);
  advance(DAY);
  expect((await create(guest, quote, 'once')).body.code).toBe('quotes.expired');
});

test('a key that was used is refused with another body, and in another place', async () => {
  guest = await newGuest();
  const [here, there] = [await place(host), await place(host)];
  const quote = await quoteFor(here.id, inDays(10), 3);
  expect((await create(guest, quote, 'mine')).status).toBe(201);
  const reused = [422, 'idempotency.key_reused'] as const;
  await refused(here.book, reused, () => create(guest, quote, 'mine', { message: 'Hello' }));
  const elsewhere = await quoteFor(there.id, inDays(10), 3);
  await refused(there.book, reused, () => create(guest, elsewhere, 'mine'));
  const other = await newGuest();
  expect((await create(other, elsewhere, 'mine')).status).toBe(201);
});

test('the same key twenty times at once books once', async () => {
  guest = await newGuest();
  const { id } = await place(host);
  const quote = await quoteFor(id, inDays(10), 3);
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(guest, quote, 'burst')));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  expect(await holdsIn(guest)).toEqual([answers[0]?.body.id]);
});

test('of twenty guests who want the same nights at once exactly one has them', async () => {
  const guests = await Promise.all(Array.from({ length: 20 }, newGuest));
  const { id, book } = await place(host);
  const quote = await quoteFor(id, inDays(10), 3);
  const answers = await Promise.all(guests.map((one) => create(one, quote)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  const losers = answers.filter(({ status }) => status !== 201);
  expect(new Set(losers.map(({ body }) => body.code))).toEqual(new Set(['bookings.unavailable']));
  expect((await stateOf(book)).tables.stay).toHaveLength(1);
});

test('of twenty bookings in different places at once exactly three are held, until one is settled or runs out', async () => {
  guest = await newGuest();
  const places = await Promise.all(Array.from({ length: 20 }, () => place(host)));
  const quotes = await Promise.all(places.map(({ id }) => quoteFor(id, inDays(10), 3)));
  const answers = await Promise.all(quotes.map((quote, index) => create(guest, quote, `key-${index}`)));
  const made = answers.filter(({ status }) => status === 201);
  expect(made).toHaveLength(3);
  const others = answers.filter(({ status }) => status !== 201);
  expect(new Set(others.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
    new Set(['409 bookings.too_many_holds']),
  );
  const free = answers.findIndex(({ status }) => status !== 201);
  const { book } = places[free] as (typeof places)[number];
  const quote = quotes[free] as string;
  await refused(book, [409, 'bookings.too_many_holds'], () => create(guest, quote));
  const repeated = answers.findIndex(({ status }) => status === 201);
  const replayed = await create(guest, quotes[repeated] as string, `key-${repeated}`);
  expect([replayed.status, replayed.text]).toEqual([201, answers[repeated]?.text]);

  const room = () => expect.poll(() => holdsIn(guest).then(({ length }) => length)).toBe(2);
  await settlePayment(made[0]?.body.id);
  await room();
  const fourth = await create(guest, quote, `key-${free}`);
  expect(fourth.status, fourth.text).toBe(201);
  await ask('POST', `/v1/bookings/${made[1]?.body.id}/cancel`, { as: guest });
  await room();
  await ask('POST', `/v1/bookings/${fourth.body.id}/cancel`, { as: guest });
  await expect.poll(() => holdsIn(guest).then(({ length }) => length)).toBe(1);

  const more = await Promise.all([place(host), place(host), place(host)]);
  for (const { id } of more.slice(0, 2)) await held(guest, id, inDays(10));
  const last = (more[2] as (typeof more)[number]).id;
  expect((await create(guest, await quoteFor(last, inDays(10), 2))).body.code).toBe(
    'bookings.too_many_holds',
  );
  advance(15 * MINUTE);
  await held(guest, last, inDays(10));
});

test('a promotion that has been used up in the meantime is refused', async () => {
  const [first, second] = [await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const call = callBy(host.actor.accountId, now());
  const promotions = [{ code: 'ONCE', percentOff: 10, maxUses: 1 }];
  await book.putRates(call, { currency: 'KES', nightly: 10_000, promotions } as never, '*');
  const quote = async (from: number) => {
    const json = { checkIn: inDays(from), checkOut: inDays(from + 2), guests: GUESTS, promotionCode: 'ONCE' };
    return (await ask('POST', `/v1/properties/${id}/quotes`, { json })).body.quote as string;
  };
  const [one, two] = [await quote(10), await quote(20)];
  expect((await create(first, one)).status).toBe(201);
  await refused(book, [409, 'quotes.promotion_exhausted'], () => create(second, two));
});

test('a key without the scope books nothing, and reads nothing', async () => {
  guest = await newGuest();
  const { id, book } = await place(host);
  const quote = await quoteFor(id, inDays(10), 3);
  const made = await ask('POST', '/v1/api-keys', {
    as: guest,
    json: { name: 'reader', scopes: ['bookings:read'] },
  });
  expect(made.status, made.text).toBe(201);
  const key = { ...guest, token: made.body.key as string };
  await told(book);
  await refused(book, [403, 'auth.scope_missing'], () => create(key, quote));
  expect((await ask('GET', '/v1/bookings', { as: key })).status).toBe(200);
});

test('who let nights lapse unpaid has to solve a challenge, once for each new booking', async () => {
  const bindings = { CAPTCHA: 'required' };
  const [guest, other] = [await newGuest(), await newGuest()];
  const { id, book } = await place(host);
  const lapsed = await held(guest, id, inDays(10));
  await told(book);
  advance(15 * MINUTE);
  await ask('GET', `/v1/bookings/${lapsed.id}`, { as: guest });
  await told(book);

  const quote = await quoteFor(id, inDays(10), 2);
  const create = (as: Person, json: object, key = crypto.randomUUID()) =>
    ask('POST', '/v1/bookings', { as, key, json: { quote, ...json }, bindings });
  const before = await stateOf(book);
  expect((await create(guest, {})).body.code).toBe('auth.captcha_required');
  expect(await stateOf(book)).toEqual(before);
  const key = crypto.randomUUID();
  const solved = await create(guest, { captcha: 'a token' }, key);
  expect(solved.status, solved.text).toBe(201);
  const again = await create(guest, { captcha: 'a token' }, key);
  expect([again.status, again.text]).toEqual([201, solved.text]);
  await ask('POST', `/v1/bookings/${solved.body.id}/cancel`, { as: guest });
  expect((await create(other, {})).status).toBe(201);
});
