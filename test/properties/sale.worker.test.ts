import { beforeAll, expect, test } from 'vitest';
import { standingOf } from '../../src/accounts/index.ts';
import { createKeyring } from '../../src/kernel/crypto.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { openQuote } from '../../src/pricing/index.ts';
import { createQuote } from '../../src/properties/create-quote.ts';
import { getCalendar } from '../../src/properties/get-calendar.ts';
import { putRates } from '../../src/properties/put-rates.ts';
import { openBook, RATES, type Stub, system } from '../book/ground.ts';
import { everything, request, settings, testContext } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

type Person = Awaited<ReturnType<typeof person>>;
let host: Person;
let guest: Person;

beforeAll(async () => {
  host = await person('sale-host', { isHost: true });
  guest = await person('sale-guest');
});

const TODAY = new Date().toISOString().slice(0, 10) as Night;
const inDays = (days: number) => addNights(TODAY, days);
const RULES = {
  minNights: 2,
  maxNights: 30,
  noticeDays: 1,
  bookingWindowDays: 365,
  checkInFrom: '15:00',
  checkOutBy: '11:00',
  bookingMode: 'instant',
  cancellationPolicy: 'flexible',
};
const STAY = { checkIn: inDays(30), checkOut: inDays(33), guests: { adults: 2 } };

async function call(
  method: string,
  path: string,
  who: Person | null,
  json?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await request(path, {
    method,
    headers: { ...(who ? { authorization: `Bearer ${who.token}` } : {}), ...headers },
    ...(json === undefined ? {} : { json }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
    text,
  };
}

/** A published property of the host's. */
async function place(): Promise<{ id: string; book: Stub; at: string }> {
  const { id, book } = await openBook({ hostId: host.actor.accountId });
  const at = `/v1/properties/${id}`;
  expect((await call('PUT', `${at}/rates`, host, RATES, { 'if-match': '"0"' })).status).toBe(200);
  await book.changeStatus(
    { ...system(), actorKind: 'session', accountId: host.actor.accountId },
    { to: 'published', missing: [] },
  );
  return { id, book, at };
}

test('of two devices that edit the same rates one gets 412, and nothing is lost', async () => {
  const { at } = await place();
  const read = await call('GET', `${at}/rates`, host);
  expect(read.headers.get('etag')).toBe('"1"');
  const phone = { ...RATES, nightly: 20_000 };
  const saved = await call('PUT', `${at}/rates`, host, phone, { 'if-match': '"1"' });
  expect(saved.status).toBe(200);
  expect(saved.headers.get('etag')).toBe('"2"');
  const before = await everything();
  const laptop = await call('PUT', `${at}/rates`, host, { ...RATES, nightly: 5 }, { 'if-match': '"1"' });
  expect([laptop.status, laptop.body.code]).toEqual([412, 'request.precondition_failed']);
  expect((await call('GET', `${at}/rates`, host)).body).toEqual(phone);
  expect(await everything()).toEqual(before);
});

test('a change says which version it has seen, or is not made', async () => {
  const { at } = await place();
  for (const what of ['rates', 'rules']) {
    const refused = await call('PUT', `${at}/${what}`, host, what === 'rates' ? RATES : RULES);
    expect([refused.status, refused.body.code]).toEqual([428, 'request.precondition_required']);
  }
  expect((await call('GET', `${at}/rules`, null)).headers.get('etag')).toBe('"0"');
  expect((await call('GET', `${at}/rates`, host)).headers.get('etag')).toBe('"1"');
});

test('before the host has said a price there is nothing to see, nothing to quote, and a version to begin with', async () => {
  const { id } = await openBook({ hostId: host.actor.accountId });
  const at = `/v1/properties/${id}`;
  const rates = await call('GET', `${at}/rates`, host);
  expect(rates.body).toEqual({ currency: null, nightly: null });
  expect(rates.headers.get('etag')).toBe('"0"');
  const calendar = await call('GET', `${at}/calendar?from=${inDays(3)}&to=${inDays(3)}`, host);
  expect(calendar.body.data).toMatchObject([{ price: null, cause: 'not_published' }]);
});

const BAD_RATES: [string, object, string, string][] = [
  ['a negative price', { ...RATES, nightly: -1 }, '/nightly', 'too_small'],
  ['a fractional price', { ...RATES, nightly: 10.5 }, '/nightly', 'invalid_type'],
  ['a currency that does not exist', { ...RATES, currency: 'XYZ' }, '/currency', 'invalid_value'],
  [
    'overlapping seasons',
    {
      ...RATES,
      seasons: [
        { name: 'Summer', from: '2027-06-01', to: '2027-08-31', nightly: 1 },
        { name: 'August', from: '2027-08-31', to: '2027-09-02', nightly: 1 },
      ],
    },
    '/seasons/1/from',
    'overlapping_season',
  ],
  [
    'a season in the year 10000',
    { ...RATES, seasons: [{ name: 'Far', from: '10000-01-01', to: '10000-02-01', nightly: 1 }] },
    '/seasons/0/from',
    'invalid_format',
  ],
  ['the field of somebody else', { ...RATES, hostId: 'usr_x' }, '/hostId', 'unknown_field'],
];

test.each(BAD_RATES)(
  '%s is refused where it stands, and nothing is stored',
  async (_, rates, pointer, code) => {
    const { at, book } = await place();
    const before = [await everything(), await book.head()];
    const refused = await call('PUT', `${at}/rates`, host, rates, { 'if-match': '*' });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toContainEqual(expect.objectContaining({ in: 'body', pointer, code }));
    expect([await everything(), await book.head()]).toEqual(before);
  },
);

const BAD_STAYS: [string, object, string, string][] = [
  [
    'a night in the year 10000',
    { checkIn: '10000-01-01', checkOut: '10000-01-03' },
    '/checkIn',
    'invalid_format',
  ],
  ['the 30th of February', { checkIn: '2027-02-30', checkOut: '2027-03-03' }, '/checkIn', 'not_a_night'],
  [
    'a stay that ends where it begins',
    { checkIn: inDays(30), checkOut: inDays(30) },
    '/checkOut',
    'stay_without_night',
  ],
  [
    'a stay that ends before it begins',
    { checkIn: inDays(30), checkOut: inDays(29) },
    '/checkOut',
    'stay_without_night',
  ],
  [
    'a stay of three years',
    { checkIn: inDays(30), checkOut: inDays(30 + 1_000) },
    '/checkOut',
    'stay_too_long',
  ],
  ['nobody at all', { ...STAY, guests: { adults: 0 } }, '/guests/adults', 'too_small'],
];

test.each(BAD_STAYS)('no quote for %s', async (_, stay, pointer, code) => {
  const { at } = await place();
  const refused = await call('POST', `${at}/quotes`, guest, { ...STAY, ...stay });
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toContainEqual(expect.objectContaining({ pointer, code }));
});

test('a stay of 400 nights is refused with every cause', async () => {
  const { at } = await place();
  await call('PUT', `${at}/rules`, host, RULES, { 'if-match': '"0"' });
  const refused = await call('POST', `${at}/quotes`, null, {
    ...STAY,
    checkOut: addNights(STAY.checkIn, 400),
    guests: { adults: 9, pets: 1 },
  });
  expect([refused.status, refused.body.code]).toEqual([409, 'bookings.unavailable']);
  expect(refused.body.causes.map(({ code }: { code: string }) => code)).toEqual([
    'window',
    'max_nights',
    'capacity',
    'pets',
  ]);
  const query = `checkIn=${STAY.checkIn}&checkOut=${addNights(STAY.checkIn, 400)}&adults=9&pets=1`;
  const asked = await call('GET', `${at}/availability?${query}`, null);
  expect(asked.body).toEqual({ available: false, causes: refused.body.causes });
});

test('a quote names every line, adds up, is signed, and holds when the host changes the price', async () => {
  const { at, id } = await place();
  const rates = { ...RATES, cleaningFee: 3_000, taxes: [{ name: 'VAT', kind: 'percent', value: 16 }] };
  expect((await call('PUT', `${at}/rates`, host, rates, { 'if-match': '"1"' })).status).toBe(200);
  await call('PUT', `${at}/calendar`, host, {
    changes: [{ from: STAY.checkIn, to: STAY.checkIn, price: 50_000 }],
  });
  const quoted = await call('POST', `${at}/quotes`, null, STAY);
  expect(quoted.status).toBe(200);
  const { body } = quoted;
  const amounts = body.lines.map(({ kind, amount }: { kind: string; amount: { amount: number } }) => [
    kind,
    amount.amount,
  ]);
  expect(amounts).toEqual([
    ['nights', 70_000],
    ['cleaning_fee', 3_000],
    ['guest_service_fee', 10_220],
    ['tax', 11_680],
  ]);
  expect(body.total).toEqual({ amount: 94_900, currency: 'KES' });
  expect(body.hostEarns).toEqual({ amount: 70_810, currency: 'KES' });
  expect(body.nights.map(({ price }: { price: { amount: number } }) => price.amount)).toEqual([
    50_000, 10_000, 10_000,
  ]);
  expect(body.cancellation.policy).toBe('moderate');
  expect(body.cancellation.steps[0].refund).toEqual(body.total);

  await call('PUT', `${at}/rates`, host, { ...rates, nightly: 1 }, { 'if-match': '"2"' });
  const opened = openQuote(createKeyring(settings().masterSecret), body.quote, Date.now());
  expect(opened).toMatchObject({ propertyId: id, total: 94_900, ratesVersion: 2, policy: 'moderate' });
  const again = await call('POST', `${at}/quotes`, null, STAY);
  expect(again.body.total.amount).toBeLessThan(94_900);
});

test('a promotion counts by its own dates, and each reason against it has a name', async () => {
  const { at } = await place();
  const promotions = [
    { code: 'NOW', percentOff: 10 },
    { code: 'LATER', percentOff: 10, from: inDays(10) },
    { code: 'OVER', percentOff: 10, to: inDays(-10) },
  ];
  await call('PUT', `${at}/rates`, host, { ...RATES, promotions }, { 'if-match': '"1"' });
  const codeOf = async (promotionCode: string) =>
    (await call('POST', `${at}/quotes`, null, { ...STAY, promotionCode })).body.code;
  expect(await codeOf('now')).toBeUndefined();
  expect(await codeOf('LATER')).toBe('quotes.promotion_not_started');
  expect(await codeOf('OVER')).toBe('quotes.promotion_ended');
  expect(await codeOf('NEVER')).toBe('quotes.promotion_unknown');
});

test('a quote costs one call of the book and no trip to D1, a calendar the same', async () => {
  const { id } = await place();
  const ctx = testContext({ clock: { now: () => Date.now() } });
  const stay = { checkIn: STAY.checkIn, checkOut: STAY.checkOut };
  const guests = { adults: 2, children: 0, infants: 0, pets: 0 };
  await createQuote(ctx, { propertyId: id, stay, guests, promotionCode: undefined });
  expect(ctx.tally).toMatchObject({ bookHops: 1, d1Trips: 0, kvReads: 0, limiterHops: 0 });
  await getCalendar(ctx, { propertyId: id, from: inDays(0), to: inDays(730) });
  expect(ctx.tally).toMatchObject({ bookHops: 2, d1Trips: 0 });
});

test('a host’s change costs one call of the book and one trip, which asks whether the session still stands', async () => {
  const { id } = await place();
  const now = Date.now();
  const ctx = testContext({ actor: host.actor, clock: { now: () => now } });
  await putRates(
    { ...ctx, standing: standingOf(host.actor, now) },
    { propertyId: id, rates: RATES, ifMatch: '*' },
  );
  expect(ctx.tally).toMatchObject({ bookHops: 1, d1Trips: 1 });
});

test('a calendar shows 731 nights and no more, and to the public no reasons', async () => {
  const { at } = await place();
  const closed = { from: inDays(5), to: inDays(6), available: false, note: 'Roof' };
  expect((await call('PUT', `${at}/calendar`, host, { changes: [closed] })).body.data).toMatchObject([
    { date: inDays(5), available: false, cause: 'blocked', note: 'Roof' },
    { date: inDays(6), available: false, cause: 'blocked', note: 'Roof' },
  ]);
  const whole = await call('GET', `${at}/calendar?from=${inDays(0)}&to=${inDays(730)}`, null);
  expect(whole.body.data).toHaveLength(731);
  expect(whole.text).not.toMatch(/Roof|cause/);
  expect(whole.body.data[5]).toMatchObject({ available: false, price: { amount: 10_000, currency: 'KES' } });
  const more = await call('GET', `${at}/calendar?from=${inDays(0)}&to=${inDays(731)}`, null);
  expect([more.status, more.body.errors[0].code]).toEqual([400, 'too_many_nights']);
  const back = await call('GET', `${at}/calendar?from=${inDays(3)}&to=${inDays(2)}`, null);
  expect([back.status, back.body.errors[0].code]).toEqual([400, 'ends_before_start']);
});

test('a calendar is changed within its reach, whole or not at all', async () => {
  const { at, book } = await place();
  const before = await book.head();
  const near = { from: inDays(5), to: inDays(6), available: false };
  const far = { from: inDays(2_000), to: inDays(2_001), available: false };
  const refused = await call('PUT', `${at}/calendar`, host, { changes: [near, far] });
  expect([refused.status, refused.body.code]).toEqual([422, 'calendar.beyond']);
  const many = await call('PUT', `${at}/calendar`, host, {
    changes: [near, near, { from: inDays(1), to: inDays(999) }],
  });
  expect([many.status, many.body.errors[0].code]).toEqual([400, 'too_many_nights']);
  expect(await book.head()).toEqual(before);
});

test('a session that has ended changes no price, although its token is still believed', async () => {
  const { at, book } = await place();
  const leaver = await person('sale-leaver', { isHost: true });
  await book.changeCoHost(
    { ...system(), actorKind: 'session', accountId: host.actor.accountId },
    { accountId: leaver.actor.accountId, access: 'full' },
  );
  expect((await call('PUT', `${at}/rates`, leaver, RATES, { 'if-match': '"1"' })).status).toBe(200);
  expect((await call('POST', '/v1/auth/logout', leaver, {})).status).toBe(204);
  const before = await book.head();
  const refused = await call('PUT', `${at}/rates`, leaver, RATES, { 'if-match': '"2"' });
  expect([refused.status, refused.body.code]).toEqual([401, 'auth.session_ended']);
  expect(await book.head()).toEqual(before);
});

test('the live stream opens through the front door, for what is published and for WebSockets alone', async () => {
  const { at } = await place();
  const live = await request(`${at}/live`, { headers: { upgrade: 'websocket' } });
  expect(live.status).toBe(101);
  const first = new Promise((done) => live.webSocket?.addEventListener('message', ({ data }) => done(data)));
  live.webSocket?.accept();
  expect(JSON.parse(String(await first))).toMatchObject({ type: 'ready' });
  live.webSocket?.close();

  const plain = await call('GET', `${at}/live`, null);
  expect([plain.status, plain.body.code]).toEqual([426, 'request.upgrade_required']);
  const { id } = await openBook();
  const draft = await request(`/v1/properties/${id}/live`, { headers: { upgrade: 'websocket' } });
  expect([draft.status, ((await draft.json()) as { code: string }).code]).toEqual([
    404,
    'properties.not_found',
  ]);
});

test('while dates ahead have prices of their own, the currency they are in stays', async () => {
  const { at, book } = await place();
  await call('PUT', `${at}/calendar`, host, {
    changes: [{ from: inDays(9), to: inDays(9), price: 900_000 }],
  });
  const before = await book.head();
  const dollars = { currency: 'USD', nightly: 5_000 };
  const refused = await call('PUT', `${at}/rates`, host, dollars, { 'if-match': '*' });
  expect([refused.status, refused.body.code]).toEqual([409, 'rates.dates_priced']);
  expect(await book.head()).toEqual(before);
  await call('PUT', `${at}/calendar`, host, { changes: [{ from: inDays(9), to: inDays(9), price: null }] });
  expect((await call('PUT', `${at}/rates`, host, dollars, { 'if-match': '*' })).status).toBe(200);
});
