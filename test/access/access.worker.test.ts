import { expect, test } from 'vitest';
import written from '../../openapi.json';
import { endpoints } from '../../src/app.ts';
import type { AnyEndpoint } from '../../src/platform/endpoint.ts';
import { type Document, operationsOf } from '../contract/contract.ts';
import { everythingAround } from '../worker/ground.ts';
import expected from './access.json';
import { acts } from './acts.ts';
import { leaksIn } from './canaries.ts';
import { ACTORS, type ActorName, type Visit, visitors } from './walk.ts';

type Row = Record<ActorName, string>;
const table = expected as Record<string, Row>;
const published = new Map(
  operationsOf(written as unknown as Document).map(({ operationId, replies }) => [operationId, replies]),
);
const STRANGERS = ['other_guest', 'host', 'other_host', 'co_host', 'staff'] as const;
/** To the host's property. */
const OUTSIDERS = ['guest', 'other_guest', 'other_host', 'staff'] as const;
/** To the guest's stay there. */
const PASSERS_BY = ['other_guest', 'other_host', 'staff'] as const;
const isAtProperty = ({ path }: Pick<AnyEndpoint, 'path'>) => path.includes('{propertyId}');

test('who may do what is written down for every operation, and for nothing else', () => {
  const registered = endpoints.map(({ operationId }) => operationId);
  expect(Object.keys(table).sort()).toEqual(registered.sort());
  for (const row of Object.values(table)) expect(Object.keys(row)).toEqual([...ACTORS]);
});

test('without credentials only what is public opens, and what is public asks for none', () => {
  for (const { operationId, access } of endpoints) {
    const row = table[operationId] as Row;
    if (access === 'public')
      for (const actor of STRANGERS) expect(row[actor], operationId).toBe(row.anonymous);
    else if (access === 'anyone')
      for (const actor of OUTSIDERS) expect(row[actor], operationId).toBe(row.anonymous);
    else expect(row.anonymous, operationId).toBe('401 auth.required');
  }
});

/** A token is believed to its end where nights are only held: nobody pays for them without standing. */
const BELIEVES_TOKENS = ['createBooking'];

test('nothing is changed for a suspended account, nor by a session that has ended', () => {
  const changing = endpoints.filter(
    ({ method, access, operationId }) =>
      method !== 'get' &&
      access !== 'public' &&
      !acts[operationId]?.readsByPost &&
      !BELIEVES_TOKENS.includes(operationId),
  );
  for (const { operationId } of changing) {
    expect(table[operationId]?.suspended, operationId).toMatch(/^40[13] auth\./);
    expect(table[operationId]?.ended_session, operationId).toBe('401 auth.session_ended');
  }
});

test('nobody but the host’s side changes a property, and a key only with the scope for it', () => {
  const changing = endpoints.filter((item) => isAtProperty(item) && item.access === 'properties:write');
  expect(changing.length).toBeGreaterThan(10);
  for (const { operationId } of changing) {
    const row = table[operationId] as Row;
    for (const actor of OUTSIDERS) expect(row[actor], operationId).toBe('404 properties.not_found');
    expect(row.host, operationId).toMatch(/^20/);
    expect(row.suspended, operationId).toBe('401 auth.session_ended');
    expect(row.api_key_without_scope, operationId).toBe('403 auth.scope_missing');
  }
});

const atStay = endpoints.filter(({ path, access }) => path.includes('{bookingId}') && access !== 'staff');

test('a stay is there for its guest and the host’s side, and for nobody else', () => {
  expect(atStay).toHaveLength(12);
  for (const { operationId } of atStay) {
    const row = table[operationId] as Row;
    for (const actor of PASSERS_BY) expect(row[actor], operationId).toBe('404 bookings.not_found');
    for (const actor of ['guest', 'host', 'co_host'] as const)
      expect(row[actor], operationId).toMatch(
        /^20|^40[39] (bookings\.(not_the_host|own_alteration)|payments\.not_the_guest)$/,
      );
    expect(row.co_host, operationId).toBe(row.host);
  }
});

const WALK_MS = 30_000;

test.each(endpoints)(
  '$operationId opens to whom the table says; a refusal leaves no trace, and no answer tells too much',
  async (endpoint) => {
    const seen: Partial<Row> = {};
    const wrong: string[] = [];
    const visit = visitors(endpoint);
    let before: Awaited<ReturnType<typeof lookAround>> | null = null;
    for (const actor of ACTORS) {
      const visited = await visit(actor);
      const { village, act, caller, go } = visited;
      const look = () => lookAround(visited, endpoint);
      if (before === null || actor === 'suspended') before = await look();
      const { status, text, headers } = await go();

      seen[actor] = toCell(status, text);
      if (status >= 400) {
        expect(await look(), `${actor} was refused`).toEqual(before);
        if (!isPublished(endpoint.operationId, seen[actor])) wrong.push(`${seen[actor]} is not published`);
      }
      if (status < 400 || actor === 'suspended') before = null;
      const viewer = act.provesGuest ? village.guest.accountId : (caller?.accountId ?? null);
      const leaks = leaksIn(text + headers, village.canaries, viewer);
      const untold = leaks.filter((place) => !act.tells?.includes(place));
      wrong.push(...untold.map((place) => `${actor} sees ${place}`));
    }

    expect(seen).toEqual(table[endpoint.operationId]);
    expect(wrong).toEqual([]);
  },
  WALK_MS,
);

/** What a co-host may do who keeps the calendar; one who writes messages may do none of it. */
const WITH_CALENDAR = ['getRates', 'updateCalendar', 'listFeeds', 'addFeed', 'removeFeed', 'syncFeed'];
/** Whoever helps may always go. */
const LEAVING = 'removeCoHost';
const onHostSide = endpoints.filter(
  (item) => isAtProperty(item) && /^properties:/.test(item.access) && item.operationId !== LEAVING,
);

test.each(onHostSide)('$operationId lets a co-host go no further than the host did', async (endpoint) => {
  for (const help of ['messages', 'calendar'] as const) {
    const { village, go } = await visitors(endpoint, { help })('co_host');
    const before = await everythingAround([village.place.id]);
    const { status, text } = await go();

    if (help === 'calendar' && WITH_CALENDAR.includes(endpoint.operationId)) {
      expect(status).toBeLessThan(300);
    } else {
      expect(toCell(status, text)).toBe('403 properties.forbidden');
      expect(await everythingAround([village.place.id])).toEqual(before);
    }
  }
});

test.each([...atStay.map(({ operationId }) => operationId), 'createBooking', 'joinWaitlist'])(
  '%s is to a co-host with the calendar as to the host, and to one for messages as the stay is to a stranger',
  async (operationId) => {
    const endpoint = endpoints.find((item) => item.operationId === operationId) as AnyEndpoint;
    const byHost = (table[operationId] as Row).host;
    for (const help of ['messages', 'calendar'] as const) {
      const visited = await visitors(endpoint, { help })('co_host');
      const before = await lookAround(visited, endpoint);
      const { status, text } = await visited.go();

      const isStrange = help === 'messages' && endpoint.path.includes('{bookingId}');
      expect(toCell(status, text), help).toBe(isStrange ? '404 bookings.not_found' : byHost);
      if (status >= 400) expect(await lookAround(visited, endpoint)).toEqual(before);
    }
  },
);

test('what a guest asks for is the host’s side’s to accept, and not the guest’s own', async () => {
  const endpoint = endpoints.find(({ operationId }) => operationId === 'acceptAlteration') as AnyEndpoint;
  const visit = visitors(endpoint, { stay: 'asked_by_guest' });
  const seen: Partial<Row> = {};
  for (const actor of ['guest', 'host', 'co_host', ...PASSERS_BY] as const) {
    const { status, text } = await (await visit(actor)).go();
    seen[actor] = toCell(status, text);
  }
  const nothing = '404 bookings.not_found';
  expect(seen).toEqual({
    ...{ guest: '409 bookings.own_alteration', host: '200', co_host: '200' },
    ...{ other_guest: nothing, other_host: nothing, staff: nothing },
  });
});

/** Answered alike whatever it is about: what somebody liked is taken from their own list; M-Pesa is thanked. */
const ALWAYS_DONE: Readonly<Record<string, number>> = { removeFavourite: 204, receiveMpesaCallback: 200 };
/** Whoever has the address may look. */
const OPEN_BY_ADDRESS = ['getUser', 'getImage', 'exportCalendar'];
const addressed = endpoints.filter(
  ({ path, operationId, access }) =>
    /\{/.test(path) && access !== 'staff' && !OPEN_BY_ADDRESS.includes(operationId),
);

test.each(addressed)('$operationId tells nobody that a foreign thing exists', async (endpoint) => {
  const visit = visitors(endpoint, { draft: true });
  const isAtStay = endpoint.path.includes('{bookingId}');
  // Who waits there knows of the place.
  const isAtWish = acts[endpoint.operationId]?.under?.waits === true;
  const isHosts = isAtProperty(endpoint) || acts[endpoint.operationId]?.subject === 'host';
  for (const actor of isAtStay || isAtWish ? PASSERS_BY : isHosts ? OUTSIDERS : STRANGERS) {
    const { village, act, go } = await visit(actor);
    const foreign = await go();
    expect(foreign.status).toBe(ALWAYS_DONE[endpoint.operationId] ?? 404);
    const ids = Object.entries(act.path?.(village) ?? {});
    // No such stay at a place that there is, and none at one that there isn't.
    for (const part of isAtStay ? [/.{10}(?=.{26}$)/, /.{10}$/] : [/.{10}$/]) {
      const missing = ids.map(([name, id]) => [name, id.replace(part, '0000000000')]);
      const nothing = await go({ params: Object.fromEntries(missing) });

      expect(nothing.status).toBe(foreign.status);
      expect(foreign.text).toBe(nothing.text);
      expect(withoutCount(foreign.headers)).toBe(withoutCount(nothing.headers));
    }
  }
});

const within = endpoints.filter(({ path }) => /\{propertyId\}.*\{(imageId|feedId)\}/.test(path));

test.each(within)('$operationId finds in one’s own property nothing of another’s', async (endpoint) => {
  const { village, act, go } = await visitors(endpoint)('other_host');
  const { place, elsewhere } = village;
  const before = await everythingAround([place.id, elsewhere.id]);
  const foreign = await go({ params: { ...act.path?.(village), propertyId: elsewhere.id } });

  expect(foreign.status).toBe(404);
  expect(await everythingAround([place.id, elsewhere.id])).toEqual(before);
  const own = { propertyId: elsewhere.id, imageId: elsewhere.imageId, feedId: elsewhere.feedId };
  expect((await go({ params: own })).status).toBeLessThan(300);
});

/** All that a refusal must not change: whoever keeps a key remembers what was answered, and nothing else. */
async function lookAround({ look }: Visit, { keyRequired, keyed }: AnyEndpoint) {
  const { books, tables, files } = await look();
  if (!keyRequired) return { tables, files, books };
  if (keyed === 'verb') return { tables, files, books: books.map(({ idempotency: _, ...others }) => others) };
  const { replay: _, ...others } = tables;
  return { tables: others, files, books };
}

const toCell = (status: number, text: string): string =>
  status < 400 ? String(status) : `${status} ${JSON.parse(text).code}`;

function isPublished(operationId: string, cell: string): boolean {
  const [status = '', code = ''] = cell.split(' ');
  return published.get(operationId)?.[status]?.description.split(', ').includes(code) === true;
}

const withoutCount = (headers: string): string => headers.replace(/^ratelimit: .*$/m, '');
