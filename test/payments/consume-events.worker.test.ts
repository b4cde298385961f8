import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { consumeProviderEvents } from '../../src/payments/index.ts';
import { callBy, NOW, type Stub } from '../book/ground.ts';
import { eventOf } from '../book/money/events.ts';
import { startPaying } from '../book/money/ground.ts';
import { FIRST, place } from '../book/stays/ground.ts';
import { everything, testContext } from '../worker/ground.ts';

/** What providers tell, by the hundred. */
const clock = { now: () => NOW };
const actor = { kind: 'system', job: 'queue:provider-events' } as const;
const message = (event: object, paymentReference: string | null = null) => ({
  kind: 'event',
  event,
  paymentReference,
});

/** A place with as many held bookings, each of which somebody has begun to pay for by phone. */
async function paying(count: number) {
  const { book, create } = await place();
  const begun = [];
  for (let index = 0; index < count; index++) {
    const guest = `usr_${index}`;
    const made = await create(guest, addNights(FIRST, index), 1);
    if (!made.ok) throw new Error(JSON.stringify(made));
    begun.push({ guest, payment: await startPaying(book, { bookingId: made.value.id, guest }) });
  }
  return { book, begun };
}

const receipt = () => newId('req', NOW).slice(-10).toUpperCase();
const statusesOf = (book: Stub) =>
  runInDurableObject(book, (_, { storage }) =>
    storage.sql
      .exec("SELECT value ->> 'status' AS status, count(*) AS n FROM booking GROUP BY 1")
      .toArray()
      .map(({ status, n }) => [status, n]),
  );
const ledgerOf = (book: Stub) =>
  runInDurableObject(book, (_, { storage }) =>
    storage.sql.exec('SELECT id, value FROM ledger ORDER BY id').toArray(),
  );

test('a hundred at once are two trips to D1 and one hop to each book, and the second time nothing', async () => {
  const places = await Promise.all([paying(10), paying(10)]);
  const messages = places.flatMap(({ begun }) =>
    begun.flatMap(({ payment }) => {
      const paid = message(eventOf(payment, 'captured', { receipt: receipt() }));
      // Whoever repeats it says the same.
      return [paid, paid, paid, paid, paid];
    }),
  );
  expect(messages).toHaveLength(100);
  const ctx = testContext({ actor, clock });
  const results = await consumeProviderEvents(ctx, messages);
  expect(results.every((result) => result === null)).toBe(true);
  expect(ctx.tally).toMatchObject({ d1Trips: 1, bookHops: 2 });
  for (const { book } of places) expect(await statusesOf(book)).toEqual([['confirmed', 10]]);

  const before = await Promise.all(places.map(({ book }) => ledgerOf(book)));
  const again = testContext({ actor, clock });
  expect(await consumeProviderEvents(again, messages)).toEqual(results);
  expect(again.tally).toMatchObject({ d1Trips: 1, bookHops: 2 });
  expect(await Promise.all(places.map(({ book }) => ledgerOf(book)))).toEqual(before);
});

test('one that nobody can read comes again, and holds up no other', async () => {
  const { book, begun } = await paying(1);
  const [{ payment }] = begun as [(typeof begun)[number]];
  const ctx = testContext({ actor, clock });
  const results = await consumeProviderEvents(ctx, [
    { kind: 'strange' },
    null,
    message(eventOf(payment, 'captured')),
  ]);
  expect(results.map((result) => result === null)).toEqual([false, false, true]);
  expect(await statusesOf(book)).toEqual([['confirmed', 1]]);
});

test('what names no payment of ours moves nothing, and is kept for people', async () => {
  const { book, begun } = await paying(1);
  const [{ payment }] = begun as [(typeof begun)[number]];
  const before = await statusesOf(book);
  const ctx = testContext({ actor, clock });
  const strangers = [
    eventOf(payment, 'captured', { paymentId: `pay_${'0'.repeat(52)}` }),
    eventOf(payment, 'captured', { paymentId: 'pay_of_somebody' }),
    eventOf(payment, 'captured', { source: 'stripe' }),
    eventOf(payment, 'captured', { proof: { reference: 'another', phone: null } }),
    eventOf({ ...payment, reference: null }, 'captured', {
      proof: { reference: 'x', phone: '254700000000' },
    }),
  ];
  const attached = { paymentId: payment.id, reference: 'the-one' };
  await book.attachPayment({ ...callBy(null), actorKind: 'system' }, attached);
  expect(
    await consumeProviderEvents(
      ctx,
      strangers.map((event) => message(event)),
    ),
  ).toEqual([...[null, null, null, null, null]]);
  expect(ctx.tally).toMatchObject({ d1Trips: 1, bookHops: 2 });
  expect(await statusesOf(book)).toEqual(before);
  const kept = (await everything()).unmatched_event as { event_id: string; reason: string }[];
  const ids = strangers.map(({ eventId }) => eventId);
  const reasons = kept.filter((row) => ids.includes(row.event_id)).map(({ reason }) => reason);
  expect(reasons.toSorted()).toEqual(
    ['no_payment', 'reference_differs', 'reference_differs', 'unmatched', 'unopened'].toSorted(),
  );
});

test('a receipt is its first payment’s, whatever another one says', async () => {
  const { book, begun } = await paying(2);
  const [first, second] = begun as [(typeof begun)[number], (typeof begun)[number]];
  const number = receipt();
  const ctx = () => testContext({ actor, clock });
  await consumeProviderEvents(ctx(), [message(eventOf(first.payment, 'captured', { receipt: number }))]);
  await consumeProviderEvents(ctx(), [message(eventOf(second.payment, 'captured', { receipt: number }))]);
  expect(await statusesOf(book)).toEqual([
    ['confirmed', 1],
    ['pending', 1],
  ]);
});
