import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { NOTHING_TALLIED } from '../../src/book/index.ts';
import { DEFAULT_RULES } from '../../src/book/schemas.ts';
import { MINUTE } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import {
  bookOf,
  callBy,
  factsOf,
  HOST,
  NOW,
  night,
  openBook,
  publishedBook,
  RATES,
  type Stub,
  system,
} from './ground.ts';

const TABLES = ['head', 'document', 'night_override', 'stay', 'import_block', 'outbox'];

/** Everything that a book holds. */
const stateOf = (book: Stub) =>
  runInDurableObject(book, (_, { storage }) =>
    Object.fromEntries(TABLES.map((table) => [table, storage.sql.exec(`SELECT * FROM ${table}`).toArray()])),
  );

const putStay = (
  book: Stub,
  kind: 'booked' | 'held',
  checkIn: string,
  checkOut: string,
  expiresAt: number | null = null,
) =>
  runInDurableObject(book, (_, { storage }) => {
    storage.sql.exec(
      'INSERT INTO stay (booking_id, kind, check_in, check_out, expires_at) VALUES (?, ?, ?, ?, ?)',
      newId('out', NOW),
      kind,
      checkIn,
      checkOut,
      expiresAt,
    );
  });

const STAY = { checkIn: night('2027-03-01'), checkOut: night('2027-03-04') };
const GUESTS = { adults: 2, children: 0, infants: 0, pets: 0 };
const FEES = { guestPercent: 14, hostPercent: 3 };
const REQUEST = { stay: STAY, guests: GUESTS, promotionCode: undefined, fees: FEES };

test('asking about a property that does not exist finds nothing and leaves nothing behind', async () => {
  const book = bookOf(newId('prp', NOW));
  expect(await book.readRules(callBy(HOST))).toEqual({ ok: false, refusal: 'unopened' });
  expect(await book.putRates(callBy(HOST), RATES, '*')).toEqual({ ok: false, refusal: 'unopened' });
  expect(await book.compare(system(), { snapshot: null, tallies: NOTHING_TALLIED })).toEqual({
    ok: false,
    refusal: 'unopened',
  });
  expect(await book.head()).toEqual({ ok: false, refusal: 'unopened' });
  const tables = await runInDurableObject(book, (_, { storage }) =>
    storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table'")
      .toArray()
      .map(({ name }) => name),
  );
  expect(tables).not.toContain('head');
});

test('a book learns the facts once, and never goes back to older ones', async () => {
  const { id, book } = await openBook({ contentVersion: 3, capacity: 4 });
  expect((await book.tellFacts(system(), factsOf(id, { contentVersion: 2, capacity: 9 }))).ok).toBe(true);
  expect((await book.tellFacts(system(), factsOf(id, { contentVersion: 3, capacity: 9 }))).ok).toBe(true);
  expect(await book.head()).toMatchObject({ epoch: 1, version: 1 });
  await book.tellFacts(system(), factsOf(id, { contentVersion: 4, capacity: 2 }));
  const asked = { stay: STAY, guests: { ...GUESTS, adults: 3 } };
  expect(await book.checkAvailability(callBy(HOST), asked)).toMatchObject({
    value: [{ code: 'capacity' }, { code: 'not_published' }],
  });
});

type Command = (book: Stub, accountId: string | null) => Promise<{ ok: boolean }>;
const COMMANDS: Record<string, { need: 'host' | 'full' | 'calendar'; run: Command }> = {
  putRates: { need: 'full', run: (book, who) => book.putRates(callBy(who), RATES, '*') },
  putRules: { need: 'full', run: (book, who) => book.putRules(callBy(who), DEFAULT_RULES, '*') },
  publish: {
    need: 'full',
    run: (book, who) => book.changeStatus(callBy(who), { to: 'published', missing: [] }),
  },
  unpublish: { need: 'full', run: (book, who) => book.changeStatus(callBy(who), { to: 'unpublished' }) },
  archive: { need: 'host', run: (book, who) => book.changeStatus(callBy(who), { to: 'archived' }) },
  changeCoHost: {
    need: 'host',
    run: (book, who) => book.changeCoHost(callBy(who), { accountId: 'usr_new', access: 'full' }),
  },
  updateCalendar: {
    need: 'calendar',
    run: (book, who) =>
      book.updateCalendar(callBy(who), [
        { from: night('2027-03-01'), to: night('2027-03-02'), available: false },
      ]),
  },
  readRates: { need: 'calendar', run: (book, who) => book.readRates(callBy(who)) },
};
const MAY = { host: ['host'], full: ['host', 'full'], calendar: ['host', 'full', 'calendar'] };

test.each(Object.entries(COMMANDS))(
  '%s is for those whose access reaches so far, and nothing happens for others',
  async (_, { need, run }) => {
    const { book } = await publishedBook();
    for (const access of ['full', 'calendar', 'messages'] as const) {
      await book.changeCoHost(callBy(HOST), { accountId: `usr_${access}`, access });
    }
    const before = await stateOf(book);
    for (const who of ['messages', 'calendar', 'full', 'stranger', 'toString', null].filter(
      (who) => !MAY[need].includes(String(who)),
    )) {
      const refusal = who === 'stranger' || who === 'toString' || who === null ? 'not_found' : 'forbidden';
      const id = who === null || who === 'toString' ? who : `usr_${who}`;
      expect(await run(book, id), String(who)).toEqual({ ok: false, refusal });
    }
    expect(await stateOf(book)).toEqual(before);
    for (const who of MAY[need]) expect((await run(book, `usr_${who}`)).ok, who).toBe(true);
  },
);

test('of two devices that edit the same rates one is refused, and what the other wrote stays', async () => {
  const { book } = await openBook();
  const first = await book.putRates(callBy(HOST), RATES, ['0']);
  expect(first).toMatchObject({ ok: true, value: { version: 1 } });
  const before = await stateOf(book);
  expect(await book.putRates(callBy(HOST), { ...RATES, nightly: 1 }, ['0'])).toEqual({
    ok: false,
    refusal: 'stale',
  });
  expect(await stateOf(book)).toEqual(before);
  expect(await book.putRates(callBy(HOST), { ...RATES, nightly: 2 }, ['7', '1'])).toMatchObject({
    value: { version: 2 },
  });
  const racing = await Promise.all(
    [1, 2, 3, 4].map((n) => book.putRates(callBy(HOST), { ...RATES, nightly: n }, ['2'])),
  );
  expect(racing.filter(({ ok }) => ok)).toHaveLength(1);
});

test('publishing names everything that is missing at once, and changes nothing', async () => {
  const { book } = await openBook();
  const before = await stateOf(book);
  const refused = await book.changeStatus(callBy(HOST), { to: 'published', missing: ['images', 'location'] });
  expect(refused).toEqual({ ok: false, refusal: 'incomplete', detail: ['images', 'location', 'rates'] });
  expect(await stateOf(book)).toEqual(before);
});

test('a property goes only the ways that there are between its states', async () => {
  const { book } = await openBook();
  const to = (status: 'published' | 'unpublished' | 'archived') =>
    book.changeStatus(callBy(HOST), status === 'published' ? { to: status, missing: [] } : { to: status });
  expect(await to('unpublished')).toEqual({ ok: false, refusal: 'never_published' });
  await book.putRates(callBy(HOST), RATES, '*');
  expect(await to('published')).toMatchObject({ ok: true, changed: true, value: 'published' });
  expect(await to('published')).toMatchObject({ ok: true, changed: false });
  expect(await to('unpublished')).toMatchObject({ ok: true, changed: true });
  expect(await to('archived')).toMatchObject({ ok: true, changed: true });
  expect(await to('published')).toEqual({ ok: false, refusal: 'archived' });
  expect(await book.putRates(callBy(HOST), RATES, '*')).toEqual({ ok: false, refusal: 'archived' });
});

test('nothing brings a suspended property back but our staff', async () => {
  const { book } = await publishedBook();
  await runInDurableObject(book, (_, { storage }) => {
    storage.sql.exec(
      `UPDATE document SET value = json_set(value, '$.status', 'suspended') WHERE name = 'facts'`,
    );
  });
  for (const change of [
    { to: 'published', missing: [] },
    { to: 'unpublished' },
    { to: 'archived' },
  ] as const) {
    expect(await book.changeStatus(callBy(HOST), change)).toEqual({ ok: false, refusal: 'suspended' });
  }
});

test('a property with guests ahead is not archived; a hold that ran out is no guest', async () => {
  const { book } = await publishedBook();
  await putStay(book, 'held', '2027-02-01', '2027-02-03', NOW);
  await putStay(book, 'booked', '2027-01-10', '2027-01-16');
  expect(await book.changeStatus(callBy(HOST), { to: 'archived' })).toEqual({
    ok: false,
    refusal: 'stays_ahead',
  });
  const after = Date.UTC(2027, 0, 16, 12);
  expect(await book.changeStatus(callBy(HOST, after), { to: 'archived' })).toMatchObject({ ok: true });
});

test('a draft is not there for anybody but its own side', async () => {
  const { book } = await openBook();
  const range = { from: night('2027-03-01'), to: night('2027-03-02') };
  for (const who of ['usr_stranger', null]) {
    const refused = { ok: false, refusal: 'not_found' };
    expect(await book.readRules(callBy(who))).toEqual(refused);
    expect(await book.showCalendar(callBy(who), range)).toEqual(refused);
    expect(await book.checkAvailability(callBy(who), REQUEST)).toEqual(refused);
    expect(await book.quoteStay(callBy(who), REQUEST)).toEqual(refused);
  }
  expect(await book.quoteStay(callBy(HOST), REQUEST)).toMatchObject({
    refusal: 'unavailable',
    detail: [{ code: 'not_published' }],
  });
});

test('the public learns of a taken night only that it is taken', async () => {
  const { book } = await publishedBook();
  await putStay(book, 'booked', '2027-03-01', '2027-03-02');
  await book.importBlocks(system(), {
    feedId: 'fdb_1',
    blocks: [{ uid: 'x', from: night('2027-03-02'), to: night('2027-03-03') }],
  });
  await book.updateCalendar(callBy(HOST), [
    { from: night('2027-03-03'), to: night('2027-03-03'), available: false, note: 'Painting' },
  ]);
  const hosts = await book.checkAvailability(callBy(HOST), REQUEST);
  expect(hosts).toMatchObject({ value: [{ code: 'booked' }, { code: 'blocked' }, { code: 'imported' }] });
  const publics = await book.checkAvailability(callBy(null), REQUEST);
  expect(publics).toMatchObject({
    value: ['2027-03-01', '2027-03-02', '2027-03-03'].map((date) => ({ code: 'booked', date })),
  });
  const shown = await book.showCalendar(callBy('usr_stranger'), {
    from: night('2027-03-01'),
    to: night('2027-03-04'),
  });
  expect(JSON.stringify(shown)).not.toMatch(/Painting|cause|bookingId|note/);
  expect(JSON.stringify(await book.quoteStay(callBy(null), REQUEST))).not.toMatch(/imported|blocked/);
});

test('all changes of a calendar happen or none does, null gives a night back, and the same again is no change', async () => {
  const { book } = await openBook();
  const close = { from: night('2027-03-01'), to: night('2027-03-03'), available: false, price: 5_000 };
  const closed = await book.updateCalendar(callBy(HOST), [
    close,
    { from: night('2027-03-02'), to: night('2027-03-02'), available: null, price: null },
  ]);
  expect(closed).toMatchObject({ ok: true, changed: true });
  const rows = (await stateOf(book)).night_override;
  expect(rows?.map(({ night }) => night)).toEqual(['2027-03-01', '2027-03-03']);
  const version = await book.head();
  expect(
    await book.updateCalendar(callBy(HOST), [
      { from: night('2027-03-01'), to: night('2027-03-01'), available: false },
    ]),
  ).toMatchObject({ changed: false });
  expect(await book.head()).toEqual(version);

  const before = await stateOf(book);
  const far = { from: night('2031-01-01'), to: night('2031-01-02'), available: false };
  expect(await book.updateCalendar(callBy(HOST), [close, far])).toEqual({
    ok: false,
    refusal: 'beyond_calendar',
    detail: [1],
  });
  expect(await stateOf(book)).toEqual(before);
});

test('a feed brings its own nights and takes no other; the same again is no change; a clash is told', async () => {
  const { book } = await openBook();
  await putStay(book, 'booked', '2027-03-05', '2027-03-08');
  const blocks = [
    { uid: 'a', from: night('2027-03-01'), to: night('2027-03-03') },
    { uid: 'b', from: night('2027-03-06'), to: night('2027-03-10') },
  ];
  const imported = await book.importBlocks(system(), { feedId: 'fdb_1', blocks });
  expect(imported).toMatchObject({ changed: true, value: [{ from: '2027-03-06', to: '2027-03-08' }] });
  await book.importBlocks(system(), { feedId: 'fdb_2', blocks: blocks.slice(0, 1) });
  const before = await stateOf(book);
  expect(await book.importBlocks(system(), { feedId: 'fdb_1', blocks })).toMatchObject({ changed: false });
  expect(await stateOf(book)).toEqual(before);
  await book.importBlocks(system(), { feedId: 'fdb_1', blocks: [] });
  const left = await stateOf(book);
  expect(left.import_block?.map(({ feed_id }) => feed_id)).toEqual(['fdb_2']);
  expect(left.stay).toEqual(before.stay);
});

test('a hold that ran out is no clash with what another platform sold; one that lives is', async () => {
  const { book } = await openBook();
  await putStay(book, 'held', '2027-03-05', '2027-03-08', NOW);
  await putStay(book, 'held', '2027-03-08', '2027-03-10', NOW + MINUTE);
  const blocks = [{ uid: 'a', from: night('2027-03-01'), to: night('2027-03-20') }];
  expect(await book.importBlocks(system(), { feedId: 'fdb_1', blocks })).toMatchObject({
    value: [{ from: '2027-03-08', to: '2027-03-10' }],
  });
});

test('other platforms are told of stays and closed nights, not of what they told us', async () => {
  const { book } = await openBook();
  await putStay(book, 'booked', '2027-03-05', '2027-03-08');
  await putStay(book, 'held', '2027-04-05', '2027-04-08', NOW);
  await book.updateCalendar(callBy(HOST), [
    { from: night('2027-05-01'), to: night('2027-05-03'), available: false },
    { from: night('2027-05-05'), to: night('2027-05-05'), available: false },
  ]);
  await book.importBlocks(system(), {
    feedId: 'fdb_1',
    blocks: [{ uid: 'x', from: night('2027-06-02'), to: night('2027-06-03') }],
  });
  expect(await book.listTaken(callBy(null))).toMatchObject({
    value: {
      head: { version: 2, changedAt: NOW },
      spans: [
        { kind: 'booked', from: '2027-03-05', to: '2027-03-08' },
        { kind: 'blocked', bookingId: null, from: '2027-05-01', to: '2027-05-04' },
        { kind: 'blocked', bookingId: null, from: '2027-05-05', to: '2027-05-06' },
      ],
    },
  });
});

test('a quote carries the price, the terms in force and the version of the rates', async () => {
  const { book } = await publishedBook();
  const promotions = [{ code: 'Spring', percentOff: 10 }];
  await book.putRates(callBy(HOST), { ...RATES, promotions }, ['1']);
  const quoted = await book.quoteStay(callBy(null), { ...REQUEST, promotionCode: 'sPRING' });
  expect(quoted).toMatchObject({
    ok: true,
    value: {
      ratesVersion: 2,
      policy: 'moderate',
      promotion: { code: 'Spring', percentOff: 10 },
      price: { currency: 'KES', total: 30_780, hostEarns: 26_190 },
    },
  });
  expect(await book.quoteStay(callBy(null), { ...REQUEST, promotionCode: 'autumn' })).toEqual({
    ok: false,
    refusal: 'promotion_unknown',
  });
  const long = { checkIn: night('2027-03-01'), checkOut: night('2027-03-31') };
  expect(await book.quoteStay(callBy(null), { ...REQUEST, stay: long })).toMatchObject({
    value: { policy: 'moderate', cancellation: { policy: 'long_term' } },
  });
});

test('the versions of a book are in D1 in the moment in which the host is answered', async () => {
  const { id, book } = await publishedBook();
  await book.changeCoHost(callBy(HOST), { accountId: 'usr_helper', access: 'calendar' });
  const row = await env.DB.prepare('SELECT * FROM listing WHERE property_id = ?').bind(id).first();
  expect(row).toEqual({
    property_id: id,
    epoch: 1,
    version: 4,
    status: 'published',
    currency: 'KES',
    nightly: 10_000,
    booking_mode: 'request',
    cancellation_policy: 'moderate',
    content_version: 1,
    calendar_key: 0,
  });
  const helpers = await env.DB.prepare('SELECT account_id, access FROM co_host WHERE property_id = ?')
    .bind(id)
    .all();
  expect(helpers.results).toEqual([{ account_id: 'usr_helper', access: 'calendar' }]);
  const trail = await env.DB.prepare('SELECT action, actor_id FROM audit WHERE subject = ? ORDER BY seq')
    .bind(id)
    .all();
  expect(trail.results).toEqual([
    { action: 'rates.changed', actor_id: HOST },
    { action: 'property.published', actor_id: HOST },
    { action: 'property.co_host_added', actor_id: HOST },
  ]);
  expect((await stateOf(book)).outbox).toEqual([]);
});

test('of an archived property people can be sent away, and nobody can be asked in', async () => {
  const { book } = await publishedBook();
  for (const one of ['usr_a', 'usr_b']) {
    await book.changeCoHost(callBy(HOST), { accountId: one, access: 'full' });
  }
  await book.changeStatus(callBy(HOST), { to: 'archived' });
  const before = await stateOf(book);
  const asked = { accountId: 'usr_c', access: 'full' } as const;
  expect(await book.changeCoHost(callBy(HOST), asked)).toEqual({ ok: false, refusal: 'archived' });
  expect(await stateOf(book)).toEqual(before);
  for (const [call, accountId] of [
    [callBy(HOST), 'usr_a'],
    [system(), 'usr_b'],
  ] as const) {
    expect(await book.changeCoHost(call, { accountId, access: null })).toMatchObject({
      ok: true,
      changed: true,
    });
  }
});

test('a co-host leaves by themselves, and sends nobody else away', async () => {
  const { book } = await publishedBook();
  for (const one of ['usr_a', 'usr_b']) {
    await book.changeCoHost(callBy(HOST), { accountId: one, access: 'messages' });
  }
  const before = await stateOf(book);
  for (const [who, accountId, refusal] of [
    ['usr_a', 'usr_b', 'forbidden'],
    ['usr_stranger', 'usr_stranger', 'not_found'],
    [HOST, HOST, 'host_already'],
  ] as const) {
    expect(await book.changeCoHost(callBy(who), { accountId, access: null })).toEqual({ ok: false, refusal });
  }
  const raised = { accountId: 'usr_a', access: 'full' } as const;
  expect(await book.changeCoHost(callBy('usr_a'), raised)).toEqual({ ok: false, refusal: 'forbidden' });
  expect(await stateOf(book)).toEqual(before);
  const left = await book.changeCoHost(callBy('usr_a'), { accountId: 'usr_a', access: null });
  expect(left).toMatchObject({ ok: true, changed: true });
});

test('the calendar has another key when somebody may no longer know it, and only then', async () => {
  const { book } = await publishedBook();
  const steps = [
    ['calendar', 0],
    ['full', 0],
    ['messages', 1],
    [null, 1],
    ['full', 1],
    ['calendar', 1],
    [null, 2],
    [null, 2],
  ] as const;
  for (const [access, calendarKey] of steps) {
    await book.changeCoHost(callBy(HOST), { accountId: 'usr_a', access });
    expect(await book.listTaken(callBy(null)), String(access)).toMatchObject({ value: { calendarKey } });
  }
});

test.each(['draft', 'published', 'unpublished', 'suspended', 'archived'])(
  'of a host who is forgotten nobody goes on with a place that was %s, and nothing is left that they said of nights',
  async (status) => {
    const { id, book } = await publishedBook();
    await book.changeCoHost(callBy(HOST), { accountId: 'usr_helper', access: 'full' });
    const changes = [
      { from: night('2027-03-01'), to: night('2027-03-02'), available: false, note: 'my mother comes' },
    ];
    await book.updateCalendar(callBy(HOST), changes);
    const blocks = [{ uid: 'theirs', from: night('2027-05-01'), to: night('2027-05-03') }];
    await book.importBlocks(system(), { feedId: 'fdb_x', blocks });
    await runInDurableObject(book, (_, { storage }) => {
      storage.sql.exec(
        "UPDATE document SET value = json_set(value, '$.status', ?) WHERE name = 'facts'",
        status,
      );
    });
    const before = await stateOf(book);
    expect(await book.forgetHost(callBy(HOST))).toEqual({ ok: false, refusal: 'forbidden' });
    expect(await stateOf(book)).toEqual(before);

    expect(await book.forgetHost(system())).toMatchObject({ ok: true, changed: true });
    expect(await book.forgetHost(system())).toMatchObject({ ok: true, changed: false });
    const after = await stateOf(book);
    expect([after.night_override, after.import_block]).toEqual([[], []]);
    expect(JSON.stringify(await book.listEvents(system(), { after: 0, limit: 100 }))).not.toContain('mother');
    const rows = await env.DB.prepare('SELECT status FROM listing WHERE property_id = ?').bind(id).all();
    expect(rows.results).toEqual([{ status: 'archived' }]);
    const helpers = await env.DB.prepare('SELECT * FROM co_host WHERE property_id = ?').bind(id).all();
    expect(helpers.results).toEqual([]);
  },
);
