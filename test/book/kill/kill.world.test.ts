import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, expectStatus } from '../../../scripts/api.ts';
import { makePlace } from '../../../scripts/seed/make-places.ts';
import { plantPlace } from '../../../scripts/seed/plant-place.ts';
import { addNights, type Night, nightsOf } from '../../../src/kernel/stay.ts';
import { openLives } from './lives.ts';

const KILLS = Number(process.env.KILLS ?? 5);
/** How many bookings Roost acknowledges in one life, at least. */
const WORDS = Number(process.env.WORDS ?? 200);
const WRITERS = 8;
const ALL = KILLS * WORDS;
/** Enough nights for all who want some, and few enough that many want the same. */
const PLACES = Math.max(10, Math.ceil(ALL / 200));
const NIGHTS = 600;
/** Each may hold three bookings at once. */
const GUESTS = Math.ceil(ALL / 2) + 100;

type Booking = {
  id: string;
  propertyId: string;
  status: string;
  cause: string | null;
  checkIn: Night;
  checkOut: Night;
  createdAt: string;
  expiresAt: string | null;
  cancelledAt: string | null;
};
/** What a writer wanted, and what it was told, if it was told anything. */
type Wish = {
  guest: string;
  key: string;
  quote: string;
  told: Booking | null;
  cancelled: 'no' | 'asked' | 'told';
  /** As it was seen last. */
  seen: Booking | null;
};

const lives = await openLives(GUESTS);
const api = connect(lives.url);
const wishes: Wish[] = [];
let places: string[] = [];
let guestsCome = 0;

/** As many at once as there are writers. */
async function forAll<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, worker));
  return results;
}

beforeAll(
  async () => {
    await lives.start();
    const token = await lives.tokenOf(lives.host);
    const today = new Date().toISOString().slice(0, 10) as Night;
    const plain = {
      minNights: 1,
      maxNights: 30,
      noticeDays: 0,
      bookingWindowDays: 730,
      bookingMode: 'instant',
    } as const;
    places = await forAll(Array.from({ length: PLACES }), async (_, index) => {
      const { checkInFrom, checkOutBy, cancellationPolicy } = makePlace({ seed: 1, today }, index).rules;
      const rules = { ...plain, checkInFrom, checkOutBy, cancellationPolicy };
      const place = { ...makePlace({ seed: 1, today }, index), rules, changes: [] };
      return plantPlace(api, token, place, 1);
    });
  },
  60_000 + PLACES * 2_000,
);

afterAll(async () => {
  await lives.kill();
  lives.forget();
});

let told = 0;

const book = ({ guest, key, quote }: Wish) =>
  lives
    .tokenOf(guest)
    .then((token) =>
      api('POST', '/v1/bookings', { token, body: { quote }, headers: { 'idempotency-key': key } }),
    );

/** Books, and now and then cancels, until the world goes down under it. */
async function write(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const guest = lives.guests[guestsCome++ % lives.guests.length] as string;
    const place = places[randomInt(places.length)];
    const checkIn = addNights(new Date().toISOString().slice(0, 10) as Night, 2 + randomInt(NIGHTS));
    const body = { checkIn, checkOut: addNights(checkIn, 1 + randomInt(3)), guests: { adults: 1 } };
    const quoted = await api('POST', `/v1/properties/${place}/quotes`, { body });
    if (quoted.status !== 200) continue;
    const quote = String(quoted.body.quote);
    const wish: Wish = { guest, key: randomUUID(), quote, told: null, cancelled: 'no', seen: null };
    wishes.push(wish);
    const answer = await book(wish);
    if (answer.status !== 201) continue;
    wish.told = answer.body as Booking;
    told += 1;
    if (randomInt(4) > 0) continue;
    wish.cancelled = 'asked';
    const token = await lives.tokenOf(guest);
    const ended = await api('POST', `/v1/bookings/${wish.told.id}/cancel`, { token, body: {} });
    if (ended.status === 200) wish.cancelled = 'told';
  }
}

/** Whoever heard nothing asks again; whoever heard something finds it so. */
async function check(wish: Wish): Promise<void> {
  const again = await book(wish);
  if (wish.told) {
    expect([again.status, again.body], 'the same key answers the same').toEqual([201, wish.told]);
  }
  if (again.status !== 201) return;
  wish.told = again.body as Booking;
  await look(wish);
}

async function look(wish: Wish): Promise<void> {
  if (wish.told === null) return;
  const token = await lives.tokenOf(wish.guest);
  const booking = expectStatus(await api('GET', `/v1/bookings/${wish.told.id}`, { token }), 200) as Booking;
  if (wish.cancelled === 'told') expect([booking.status, booking.cause]).toEqual(['cancelled', 'guest']);
  // A hold ends at its own moment, also while Roost is down.
  else if (wish.cancelled === 'no' && booking.status !== 'pending') {
    expect([booking.cause, booking.cancelledAt]).toEqual(['payment_expired', wish.told.expiresAt]);
    expect(Date.parse(String(wish.told.expiresAt))).toBeLessThanOrEqual(Date.now());
  }
  wish.seen = booking;
}

/** From when until when each booking had its nights: no two had one at the same time. */
function expectNoNightTwice(): void {
  const had = new Map<string, { from: string; until: string; id: string }[]>();
  for (const { told: made, seen } of wishes) {
    if (made === null || seen === null) continue;
    const until = String(seen.cancelledAt ?? made.expiresAt);
    for (const night of nightsOf(seen)) {
      const place = `${seen.propertyId} ${night}`;
      had.set(place, [...(had.get(place) ?? []), { from: seen.createdAt, until, id: seen.id }]);
    }
  }
  for (const [place, spans] of had) {
    spans.sort((a, b) => (a.from < b.from ? -1 : 1));
    spans.slice(1).forEach(({ from, id }, index) => {
      const before = spans[index] as (typeof spans)[number];
      expect(from >= before.until, `${place}: ${before.id}, and then ${id}`).toBe(true);
    });
  }
}

test(
  `${KILLS} times killed under ${WRITERS} writers, Roost has lost no word that it gave and sold no night twice`,
  async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const before = wishes.length;
      let isOver = false;
      const writers = Array.from({ length: WRITERS }, () => write(() => isOver).catch(() => {}));
      const enough = told + WORDS;
      while (told < enough) await sleep(10);
      await sleep(randomInt(200));
      await lives.kill();
      isOver = true;
      await Promise.all(writers);
      await lives.start();
      await forAll(wishes.slice(before), check);
    }
    // What was said in the first life is still so after the last.
    if (KILLS > 1) await forAll(wishes, look);
    expectNoNightTwice();
    const cancelled = wishes.filter((wish) => wish.cancelled === 'told').length;
    console.log(`${KILLS} kills, ${told} bookings and ${cancelled} cancellations acknowledged`);
    expect(told).toBeGreaterThanOrEqual(ALL);
    expect(cancelled).toBeGreaterThan(ALL / 8);
  },
  300_000 + KILLS * (60_000 + WORDS * 200),
);
