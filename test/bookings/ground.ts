import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { standingOf } from '../../src/accounts/index.ts';
import { DEFAULT_RULES } from '../../src/book/schemas.ts';
import { holdsOf } from '../../src/bookings/hold-limit.ts';
import { createKeyring } from '../../src/kernel/crypto.ts';
import { newId, propertyIdOf } from '../../src/kernel/ids.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { signAccessToken } from '../../src/platform/access-token.ts';
import { moveClock } from '../../src/platform/clock.ts';
import { holdShardOf } from '../../src/platform/limiter.ts';
import { bookOf, factsOf, RATES, type Stub, system, withoutProviders } from '../book/ground.ts';
import { pay } from '../book/money/ground.ts';
import { everything, request, settings, testContext } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

/** Places, their guests and the whole life of a booking, through the front door. */
export type Person = Awaited<ReturnType<typeof person>>;
// biome-ignore lint/suspicious/noExplicitAny: what came over the wire
export type Json = any;
type Init = {
  as?: Person | undefined;
  json?: unknown;
  key?: string;
  headers?: Record<string, string>;
  bindings?: Record<string, unknown>;
};
export type Answer = { status: number; headers: Headers; body: Json; text: string };

export const keyring = createKeyring(settings().masterSecret);
export const newHost = () => person(`host-${crypto.randomUUID()}`, { isHost: true });
export const newGuest = () => person(`guest-${crypto.randomUUID()}`);
export const GUESTS = { adults: 2, children: 0, infants: 0, pets: 0 };

let offsetMs = 0;
export const now = () => Date.now() + offsetMs;
const today = () => new Date(now()).toISOString().slice(0, 10) as Night;
export const inDays = (days: number) => addNights(today(), days);

/** The service's clock; tokens are made anew, because the old ones have run out. */
export function advance(ms: number): void {
  offsetMs += ms;
  moveClock({ offsetMs });
}
export function turnBack(): void {
  offsetMs = 0;
  moveClock({ offsetMs });
}

const silent = { send: async () => {} };

export async function ask(
  method: string,
  path: string,
  { as, json, key, headers, bindings }: Init = {},
): Promise<Answer> {
  const token = as && (offsetMs === 0 ? as.token : await signAccessToken(settings(), as.actor, { now }));
  const response = await request(path, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    ...(json === undefined ? {} : { json }),
    bindings: { JOBS_QUEUE: silent, MAIL_QUEUE: silent, ...bindings },
  });
  const text = await response.text();
  const body = text === '' ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body, text };
}

/** What the request cost, as its log line says. */
export async function costOf(work: () => Promise<Answer>) {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  try {
    const answer = await work();
    const line = lines.map((text) => JSON.parse(text)).findLast(({ event }) => event === 'request');
    const { d1Trips, bookHops, limiterHops, kvReads, kvWrites, rowsRead } = line;
    return { answer, rowsRead, cost: { d1Trips, bookHops, limiterHops, kvReads, kvWrites } };
  } finally {
    log.mockRestore();
  }
}

/** Nothing is heard by providers, unless it is said. */
export async function place(host: Person, mode: 'instant' | 'request' = 'instant', isHeard = false) {
  const id = newId('prp', Date.now());
  const book = bookOf(id);
  if (!isHeard) await withoutProviders(id);
  const call = { ...system(now()), actorKind: 'session' as const, accountId: host.actor.accountId };
  await book.tellFacts(system(now()), factsOf(id, { hostId: host.actor.accountId }));
  await book.putRates(call, RATES, '*');
  await book.putRules(
    call,
    { ...DEFAULT_RULES, bookingMode: mode, noticeDays: 0, cancellationPolicy: 'flexible' },
    '*',
  );
  await book.changeStatus(call, { to: 'published', missing: [] });
  return { id, book };
}

export async function quoteFor(
  propertyId: string,
  checkIn: Night,
  nights: number,
  guests: object = GUESTS,
): Promise<string> {
  const json = { checkIn, checkOut: addNights(checkIn, nights), guests };
  const { body } = await ask('POST', `/v1/properties/${propertyId}/quotes`, { json });
  if (!body.quote) throw new Error(JSON.stringify(body));
  return body.quote;
}

export const create = (as: Person, quote: string, key: string = crypto.randomUUID(), more: object = {}) =>
  ask('POST', '/v1/bookings', { as, key, json: { quote, ...more } });

export async function held(as: Person, propertyId: string, checkIn: Night, nights = 2): Promise<Json> {
  const { status, body } = await create(as, await quoteFor(propertyId, checkIn, nights));
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

/** What the payments room will say, said by hand. */
export async function settlePayment(bookingId: string): Promise<void> {
  const book = bookOf(propertyIdOf(bookingId));
  const guest = await runInDurableObject(book, (_, { storage }) =>
    String(storage.sql.exec('SELECT guest_id FROM booking WHERE id = ?', bookingId).one().guest_id),
  );
  await pay(book, { bookingId, guest }, now());
}

export async function confirmed(as: Person, propertyId: string, checkIn: Night, nights = 2): Promise<Json> {
  const { id } = await held(as, propertyId, checkIn, nights);
  await settlePayment(id);
  return (await ask('GET', `/v1/bookings/${id}`, { as })).body;
}

const TABLES = ['head', 'booking', 'stay', 'due', 'event', 'waiting', 'promotion_use'];

/** D1 has all that the book has said. */
export const told = (book: Stub) =>
  vi.waitFor(async () => {
    const waiting = await runInDurableObject(book, (_, { storage }) =>
      storage.sql.exec('SELECT kind, parked FROM outbox').toArray(),
    );
    expect(waiting).toEqual([]);
  }, 10_000);

export async function stateOf(book: Stub): Promise<Json> {
  await told(book);
  const tables = await runInDurableObject(book, (_, { storage }) =>
    Object.fromEntries(TABLES.map((table) => [table, storage.sql.exec(`SELECT * FROM ${table}`).toArray()])),
  );
  return { tables, d1: await everything() };
}

/** Refused as this, and neither the book nor D1 is any different. */
export async function refused(
  book: Stub,
  [status, code]: readonly [number, string],
  work: () => Promise<Answer>,
): Promise<Json> {
  const before = await stateOf(book);
  const answer = await work();
  expect([answer.status, answer.body.code], answer.text).toEqual([status, code]);
  expect(await stateOf(book), 'nothing happened').toEqual(before);
  return answer.body;
}

export const contextOf = ({ actor }: Person) => ({
  ...testContext({ actor, clock: { now } }),
  standing: standingOf(actor, now()),
});

export function holdsIn(guest: Person) {
  const subject = holdsOf(guest.actor.accountId);
  return runInDurableObject(env.LIMITERS.getByName(holdShardOf(subject)), (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_schema WHERE name = 'hold'").toArray().length === 0
      ? []
      : storage.sql
          .exec<{ id: string }>('SELECT id FROM hold WHERE subject = ?', subject)
          .toArray()
          .map(({ id }) => id),
  );
}
