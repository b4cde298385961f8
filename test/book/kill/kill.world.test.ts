import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, expectStatus } from '../../../scripts/api.ts';
import { makePlace } from '../../../scripts/seed/make-places.ts';
import { plantPlace } from '../../../scripts/seed/plant-place.ts';
import { newId } from '../../../src/kernel/ids.ts';
import { addNights, type Night, nightsOf } from '../../../src/kernel/stay.ts';
import { openLives } from './lives.ts';

const KILLS = Number(process.env.KILLS ?? 5);
const WRITERS = 8;
const PLACES = 12;
/** How many words Roost gives in one life, at least. */
const WORDS = 200;
const NIGHTS = 600;

type Booking = { id: string; propertyId: string; status: string; checkIn: Night; checkOut: Night };
/** What a writer wanted, and what it was told, if it was told anything. */
type Wish = {
  guest: string;
  key: string;
  quote: string;
  told: Booking | null;
  cancelled: 'no' | 'asked' | 'told';
};

const lives = await openLives();
const api = connect(lives.url);
const wishes: Wish[] = [];
let places: string[] = [];

beforeAll(async () => {
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
  places = await Promise.all(
    Array.from({ length: PLACES }, async (_, index) => {
      const { checkInFrom, checkOutBy, cancellationPolicy } = makePlace({ seed: 1, today }, index).rules;
      const rules = { ...plain, checkInFrom, checkOutBy, cancellationPolicy };
      const place = { ...makePlace({ seed: 1, today }, index), rules, changes: [] };
      return plantPlace(api, token, place, 1);
    }),
  );
});

afterAll(async () => {
  await lives.kill();
  lives.forget();
});

const told = () => wishes.filter((wish) => wish.told !== null).length;

const book = ({ guest, key, quote }: Wish) =>
  lives
    .tokenOf(guest)
    .then((token) =>
      api('POST', '/v1/bookings', { token, body: { quote }, headers: { 'idempotency-key': key } }),
    );

/** Books, and now and then cancels, until the world goes down under it. */
async function write(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const guest = newId('usr', Date.now());
    const place = places[randomInt(places.length)];
    const checkIn = addNights(new Date().toISOString().slice(0, 10) as Night, 2 + randomInt(NIGHTS));
    const body = { checkIn, checkOut: addNights(checkIn, 1 + randomInt(3)), guests: { adults: 1 } };
    const quoted = await api('POST', `/v1/properties/${place}/quotes`, { body });
    if (quoted.status !== 200) continue;
    const wish: Wish = {
      guest,
      key: randomUUID(),
      quote: String(quoted.body.quote),
      told: null,
      cancelled: 'no',
    };
    wishes.push(wish);
    const answer = await book(wish);
    if (answer.status !== 201) continue;
    wish.told = answer.body as Booking;
    if (randomInt(4) > 0) continue;
    wish.cancelled = 'asked';
    const token = await lives.tokenOf(guest);
    const ended = await api('POST', `/v1/bookings/${wish.told.id}/cancel`, { token, body: {} });
    if (ended.status === 200) wish.cancelled = 'told';
  }
}

test(
  `${KILLS} times killed under ${WRITERS} writers, Roost has lost no word that it gave and sold no night twice`,
  async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      let isOver = false;
      const writers = Array.from({ length: WRITERS }, () => write(() => isOver).catch(() => {}));
      const enough = told() + WORDS;
      while (told() < enough) await sleep(10);
      await sleep(randomInt(200));
      await lives.kill();
      isOver = true;
      await Promise.all(writers);
      await lives.start();
    }

    const taken = new Map<string, string>();
    const kept: Booking[] = [];
    for (const wish of wishes) {
      const again = await book(wish);
      if (wish.told) expect(again.body, 'the same key answers the same').toEqual(wish.told);
      if (again.status !== 201) continue;
      const { id } = again.body as Booking;
      const token = await lives.tokenOf(wish.guest);
      const booking = expectStatus(await api('GET', `/v1/bookings/${id}`, { token }), 200) as Booking;
      if (wish.cancelled === 'no') expect(booking.status).toBe('pending');
      if (wish.cancelled === 'told') expect(booking.status).toBe('cancelled');
      if (booking.status === 'pending') kept.push(booking);
    }
    for (const { id, propertyId, checkIn, checkOut } of kept) {
      for (const night of nightsOf({ checkIn, checkOut })) {
        const place = `${propertyId} ${night}`;
        expect(taken.get(place), place).toBeUndefined();
        taken.set(place, id);
      }
    }
    expect(told()).toBeGreaterThanOrEqual(WORDS * KILLS);
    expect(kept.length).toBeGreaterThan(told() / 2);
  },
  120_000 + KILLS * 30_000,
);
