import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../src/book/schemas.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { indexProperties } from '../../src/search/index-properties.ts';
import { withoutProviders } from '../book/ground.ts';
import { ask, confirmed, create, holdsIn, inDays, newGuest, newHost, quoteFor } from '../bookings/ground.ts';
import { callBy, contextOf, type Person, published } from '../properties/places.ts';
import { randomFrom } from './random-places.ts';

const PLACES = 20;
const ROUNDS = 25;
const NIGHTS = 4;
const OPEN = { ...DEFAULT_RULES, noticeDays: 0, bookingMode: 'instant' } as const;
const random = randomFrom(15);

type Loss = { host: Person; early: Person; id: string; checkIn: Night };
/** How a stay is lost between a page and who books by it. */
const LOSSES: readonly ((loss: Loss) => Promise<unknown>)[] = [
  ({ early, id, checkIn }) => confirmed(early, id, addNights(checkIn, random.int(-1, 3)), 2),
  ({ host, id, checkIn }) => close(host, id, addNights(checkIn, random.int(0, 3)), 1),
  ({ host, id, checkIn }) => close(host, id, checkIn, NIGHTS),
];

function close(host: Person, id: string, from: Night, nights: number) {
  const changes = [{ from, to: addNights(from, nights), available: false }];
  return env.BOOKS.getByName(id).updateCalendar(callBy(host), changes);
}

async function placesIn(city: string, host: Person): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < PLACES; at++) {
    const { id } = await published(host, { address: { line1: 'A road 1', city, country: 'KE' } });
    await withoutProviders(id);
    await env.BOOKS.getByName(id).putRules(callBy(host), OPEN, '*');
    ids.push(id);
  }
  return ids;
}

async function tellSearch(ids: readonly string[]): Promise<void> {
  const messages = ids.map((propertyId) => ({ propertyId }));
  expect(await indexProperties(contextOf(), messages)).toEqual(ids.map(() => null));
}

const nightsSoldTwice = (id: string) =>
  runInDurableObject(env.BOOKS.getByName(id), (_, { storage }) =>
    storage.sql
      .exec(`SELECT a.booking_id FROM stay a JOIN stay b
        ON a.booking_id < b.booking_id AND a.check_in < b.check_out AND b.check_in < a.check_out`)
      .toArray(),
  );

test(`whoever books by an old page is refused, and no night is sold twice (${PLACES * ROUNDS} times)`, {
  timeout: 180_000,
}, async () => {
  const [host, early, late] = [await newHost(), await newGuest(), await newGuest()];
  const city = `Town ${crypto.randomUUID().slice(0, 8)}`;
  const ids = await placesIn(city, host);
  await tellSearch(ids);

  for (let round = 0; round < ROUNDS; round++) {
    const checkIn = inDays(10 + round * 8);
    const dates = { city, checkIn, checkOut: addNights(checkIn, NIGHTS), adults: '2' };
    const page = (headers: Record<string, string> = {}) =>
      ask('GET', `/v1/search?${new URLSearchParams(dates)}`, { headers });
    const shown = await page();
    expect(shown.body.data).toHaveLength(PLACES);
    const quotes = await Promise.all(ids.map((id) => quoteFor(id, checkIn, NIGHTS)));

    for (const [at, id] of ids.entries())
      await LOSSES[(at + round) % LOSSES.length]?.({ host, early, id, checkIn });
    await tellSearch(ids);
    expect((await page()).text, 'the page is old').toBe(shown.text);
    for (const quote of quotes) {
      const { status, body } = await create(late, quote);
      expect([status, body.code], JSON.stringify(body)).toEqual([409, 'bookings.unavailable']);
    }

    expect((await page({ 'cache-control': 'no-cache' })).body.data).toEqual([]);
  }

  expect(await holdsIn(late)).toEqual([]);
  expect((await ask('GET', '/v1/bookings', { as: late })).body.data).toEqual([]);
  for (const id of ids) expect(await nightsSoldTwice(id)).toEqual([]);
});
