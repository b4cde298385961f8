import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { PropertyBook } from '../../../src/index.ts';
import { newIdWithin, propertyIdOf } from '../../../src/kernel/ids.ts';
import { callBy, HOST, NOW, type Stub, system } from '../ground.ts';
import { FIRST, GUEST, place } from '../stays/ground.ts';
import { eventOf } from './events.ts';

const PHONE = '254712345678';
const textOf = (book: Stub) =>
  runInDurableObject(book, (_, { storage }) =>
    JSON.stringify(
      ['payment', 'effect', 'event', 'ledger'].map((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      ),
    ),
  );

test('the phone that paid is in its payment alone, and is forgotten with its guest, but not before a refund is there', async () => {
  const { book, create } = await place();
  const made = await create(GUEST, FIRST, 2);
  if (!made.ok) throw new Error(JSON.stringify(made));
  const bookingId = made.value.id;
  const paymentId = newIdWithin('pay', propertyIdOf(bookingId), NOW);
  const start = {
    bookingId,
    paymentId,
    provider: 'mpesa',
    phone: PHONE,
    tokenHash: null,
    takes: null,
  } as const;
  const started = await book.startPayment(callBy(GUEST), start);
  if (!started.ok) throw new Error(JSON.stringify(started));
  await book.applyPaymentEvents(system(), [eventOf(started.value, 'captured')]);
  expect((await textOf(book)).split(PHONE)).toHaveLength(2);

  // In one breath, so that nobody has paid it back in between.
  await runInDurableObject<PropertyBook, void>(book, (own) => {
    own.cancelBooking(callBy(HOST), { bookingId, reason: null }, null);
    own.forgetGuest(system(), GUEST);
  });
  expect(await textOf(book)).toContain(PHONE);
  const key = `${paymentId}-refund-0`;
  const result = { kind: 'done', reference: 'QK1' } as const;
  expect(await book.settleEffect(system(), { paymentId, key, result })).toMatchObject({ ok: true });
  await book.forgetGuest(system(), GUEST);
  expect(await textOf(book)).not.toContain(PHONE);
});
