import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, connect, expectStatus } from '../../scripts/api.ts';
import { makePlace } from '../../scripts/seed/make-places.ts';
import { plantPlace } from '../../scripts/seed/plant-place.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { openLives } from '../book/kill/lives.ts';
import { type Books, openBooks } from './books-on-disk.ts';

/** Roost is killed while people pay; then it lives until nothing is left to be told or done. */
const KILLS = Number(process.env.KILLS ?? 3);
/** How many payments were begun in one life, at least. */
const WORDS = Number(process.env.WORDS ?? 20);
const WRITERS = 6;
const NIGHTS = 500;
const PLACES = 3;
const QUIET_MS = 400;
const PATIENCE = 60;

const lives = await openLives(KILLS * WORDS * 2 + 100);
const api = connect(lives.url);
const places: string[] = [];
let [guestsCome, phones, begun] = [0, 10_000_000 + randomInt(50_000_000), 0];
/** What somebody was told, which stays so. */
const told = { payments: new Set<string>(), cancelled: new Set<string>() };

beforeAll(async () => {
  await lives.start();
  const token = await lives.tokenOf(lives.host);
  const today = new Date().toISOString().slice(0, 10) as Night;
  const { content, pictures, rates, rules } = makePlace({ seed: 1, today }, 0);
  for (let index = 0; index < PLACES; index++) {
    const place = {
      ...{ content, pictures, changes: [] },
      rates: { currency: rates.currency, nightly: 1_000_000 },
      rules: {
        ...rules,
        bookingMode: 'instant',
        minNights: 1,
        noticeDays: 0,
        cancellationPolicy: 'flexible',
      },
    };
    places.push(await plantPlace(api, token, place as never, 1));
  }
}, 90_000);

afterAll(async () => {
  await lives.kill();
  lives.forget();
});

const ask = async (as: string, path: string, body: unknown): Promise<Answer> =>
  api('POST', path, {
    token: await lives.tokenOf(as),
    body,
    headers: { 'idempotency-key': crypto.randomUUID() },
  });

const pick = <T>(...all: readonly T[]): T => all[randomInt(all.length)] as T;

/** Somebody holds a few nights, pays for them one way or another, and sometimes thinks again. */
async function stay(): Promise<void> {
  const guest = lives.guests[guestsCome++ % lives.guests.length] as string;
  const checkIn = addNights(new Date().toISOString().slice(0, 10) as Night, 2 + randomInt(NIGHTS));
  const wish = { checkIn, checkOut: addNights(checkIn, 1 + randomInt(2)), guests: { adults: 1 } };
  const quoted = await ask(guest, `/v1/properties/${pick(...places)}/quotes`, wish);
  if (quoted.status !== 200) return;
  const made = await ask(guest, '/v1/bookings', { quote: quoted.body.quote });
  if (made.status !== 201) return;
  const bookingId = String(made.body.id);
  const way = pick({ provider: 'stripe' }, { provider: 'mpesa', phone: `+2547${phones++}` });
  const started = await ask(guest, `/v1/bookings/${bookingId}/payment`, way);
  if (started.status !== 201) return;
  const { id } = started.body.payment as { id: string };
  told.payments.add(id);
  begun += 1;
  const mode = pick('none', 'none', 'duplicate', 'reorder', 'drop');
  const played = {
    outcome: pick('succeed', 'succeed', 'succeed', 'fail'),
    ...(mode === 'none' ? {} : { faults: { mode } }),
  };
  await api('POST', `/sandbox/payments/${id}`, { body: played });
  if (randomInt(3) > 0) return;
  const ended = await ask(guest, `/v1/bookings/${bookingId}/cancel`, {});
  if (ended.status === 200) told.cancelled.add(bookingId);
}

/** Until the world goes down under it. */
async function write(isOver: () => boolean): Promise<void> {
  while (!isOver()) await stay();
}

/** The clock goes on until every payment has come to its end, or for a day and a half. */
async function comeToRest(): Promise<Books> {
  for (let round = 0; ; round++) {
    expectStatus(
      await api('POST', '/sandbox/clock', { body: { advance: round === 0 ? 'PT3M' : 'PT3H' } }),
      200,
    );
    await sleep(QUIET_MS);
    const books = openBooks(lives.storage);
    const isDone = books.open().length === 0 && books.wrong().length === 0;
    if (isDone || round === PATIENCE) return books;
  }
}

test(
  `${KILLS} times killed while people pay, each payment ends in one way, here and at its provider`,
  async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      let isOver = false;
      const writers = Array.from({ length: WRITERS }, () => write(() => isOver).catch(() => {}));
      const enough = begun + WORDS;
      while (begun < enough) await sleep(10);
      await sleep(randomInt(150));
      await lives.kill();
      isOver = true;
      await Promise.all(writers);
      await lives.start();
    }
    const books = await comeToRest();
    expect(books.open()).toEqual([]);
    expect(books.wrong()).toEqual([]);
    for (const id of told.payments) expect([id, books.ends.has(id)]).toEqual([id, true]);
    for (const id of told.cancelled) expect([id, books.bookings.get(id)?.status]).toEqual([id, 'cancelled']);
    const ends = Map.groupBy(books.ends.values(), (end) => end);
    const count = Object.fromEntries([...ends].map(([end, all]) => [end, all.length]));
    console.log(`${KILLS} kills, ${begun} payments begun: ${JSON.stringify(count)}`);
    expect(Object.keys(count).sort()).toEqual(['captured', 'refunded', 'voided']);
  },
  120_000 + KILLS * (30_000 + WORDS * 500),
);
