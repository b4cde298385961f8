import { expect, test } from 'vitest';
import { applyPaymentEvents } from '../../../src/book/money/apply-payment-events.ts';
import { attachPayment } from '../../../src/book/money/attach-payment.ts';
import type { Effect, EffectResult } from '../../../src/book/money/effect.ts';
import { settleEffect } from '../../../src/book/money/settle-effect.ts';
import { cancelBooking } from '../../../src/book/stays/cancel-booking.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/clock.ts';
import { HOST, NOW } from '../plain.ts';
import { eventOf } from './events.ts';
import { BOOKING, by, openPlainBook, type PlainBook, SYSTEM } from './plain-book.ts';

/** What has left the book and was lost on its way leaves it again. */
const sentOf = (book: PlainBook, kind: string) =>
  book.sent
    .splice(0)
    .filter((row) => row.kind === kind)
    .map(({ body }) => JSON.parse(body) as Effect);
const wakeAt = async (book: PlainBook, now: number) => {
  await book.keeper.wake(() => now);
  return book;
};

async function refunding() {
  const book = openPlainBook();
  const payment = book.pay('mpesa');
  book.run((tx) => cancelBooking(tx, by(HOST), { bookingId: BOOKING, reason: null }));
  await book.drain();
  const [first] = sentOf(book, 'effect');
  const settle = (result: EffectResult, now = NOW) =>
    book.run(
      (tx) =>
        settleEffect(tx, { ...SYSTEM, now }, { paymentId: payment.id, key: String(first?.key), result }),
      now,
    );
  return { book, payment, first: first as Effect, settle };
}

test('what nobody has answered is asked again under its key, later each time, and said to be a repetition', async () => {
  const { book, first } = await refunding();
  expect(first).toMatchObject({ kind: 'refund', asks: 1 });
  expect(sentOf(await wakeAt(book, NOW + 10 * MINUTE - 1), 'effect')).toEqual([]);
  let at = NOW;
  const waits = [
    10 * MINUTE,
    20 * MINUTE,
    40 * MINUTE,
    80 * MINUTE,
    160 * MINUTE,
    320 * MINUTE,
    640 * MINUTE,
  ];
  for (const [index, wait] of [...waits, 1_280 * MINUTE, DAY, DAY].entries()) {
    expect(sentOf(await wakeAt(book, at + wait - 1), 'effect')).toEqual([]);
    at += wait;
    expect(sentOf(await wakeAt(book, at), 'effect')).toEqual([
      { ...first, asks: index + 2, isParked: index >= 2 },
    ]);
  }
});

test('what is not answered for over an hour is shown to people, without the phone, until it is', async () => {
  const { book, first, settle } = await refunding();
  const shown = async (now: number) => sentOf(await wakeAt(book, now), 'parked_effect');
  expect(await shown(NOW + 10 * MINUTE)).toEqual([]);
  expect(await shown(NOW + 30 * MINUTE)).toEqual([]);
  const [told] = (await shown(NOW + 70 * MINUTE)) as unknown as { effect: Effect }[];
  expect(told?.effect).toMatchObject({ id: first.id, isParked: true, state: 'sent', asks: 4 });
  expect(told?.effect).not.toHaveProperty('phone');
  settle({ kind: 'done', reference: 'QK1' }, NOW + 71 * MINUTE);
  const [over] = (await shown(NOW + 71 * MINUTE)) as unknown as { effect: Effect }[];
  expect(over?.effect).toMatchObject({ id: first.id, isParked: false, state: 'done' });
});

test.each([
  ['done', { kind: 'done', reference: 'QK1' }],
  ['refused', { kind: 'refused', code: 'no_such_phone' }],
] as const)('what is %s is not asked again', async (_, result) => {
  const { book, settle } = await refunding();
  settle(result);
  await wakeAt(book, NOW + 30 * DAY);
  expect(sentOf(book, 'effect')).toEqual([]);
});

test('what a provider has taken on is asked about until it says what became of it', async () => {
  const { book, first, settle } = await refunding();
  settle({ kind: 'pending', reference: 'taken-on' });
  expect(sentOf(await wakeAt(book, NOW + HOUR), 'effect')).toMatchObject([{ key: first.key, asks: 2 }]);
  expect(book.money().effects[0]).toMatchObject({ state: 'pending', result: 'taken-on' });
});

test('what a provider has never seen is done at once, as if for the first time', async () => {
  const { book, first, settle } = await refunding();
  sentOf(await wakeAt(book, NOW + HOUR), 'effect');
  settle({ kind: 'missing' }, NOW + HOUR);
  await book.drain(NOW + HOUR);
  expect(sentOf(book, 'effect')).toEqual([first]);
  settle({ kind: 'done', reference: 'QK1' }, NOW + HOUR);
  expect(book.wrong()).toEqual([]);
  expect(book.money().payments[0]?.told.refunds).toEqual({ QK1: 20_000 });
});

test('a phone that says nothing is asked about again and again, until it has paid or was called off', async () => {
  const looks = async (book: PlainBook, now: number) => sentOf(await wakeAt(book, now), 'look').length;
  const begun = () => {
    const book = openPlainBook();
    const payment = book.start('mpesa');
    book.run((tx) => attachPayment(tx, SYSTEM, { paymentId: payment.id, reference: 'ws_1 2' }));
    return { book, payment };
  };
  const silent = begun();
  for (const minutes of [1, 2, 4, 8, 16, 32, 64]) {
    const at = NOW + minutes * MINUTE;
    expect([minutes, await looks(silent.book, at - 1), await looks(silent.book, at)]).toEqual([
      minutes,
      0,
      1,
    ]);
  }
  // An hour after the hold it is called off, and that is asked about by itself.
  expect(await looks(silent.book, NOW + 10 * HOUR)).toBe(0);
  expect(silent.book.money().effects).toMatchObject([{ kind: 'void' }]);

  const paid = begun();
  paid.book.run((tx) => applyPaymentEvents(tx, SYSTEM, [eventOf(paid.payment, 'captured')]));
  expect(await looks(paid.book, NOW + HOUR)).toBe(0);
  const failed = begun();
  failed.book.run((tx) => applyPaymentEvents(tx, SYSTEM, [eventOf(failed.payment, 'failed')]));
  expect(await looks(failed.book, NOW + HOUR)).toBe(0);
});

test('a card that turns out to be known after all is let go at its provider', async () => {
  const book = openPlainBook();
  const payment = book.start('stripe');
  await wakeAt(book, NOW + 2 * HOUR);
  const [first] = sentOf(book, 'effect');
  expect(first).toMatchObject({ kind: 'void', reference: null });
  const settle = (key: string, reference: string) =>
    book.run((tx) =>
      settleEffect(tx, SYSTEM, { paymentId: payment.id, key, result: { kind: 'done', reference } }),
    );
  settle(String(first?.key), 'never_started');
  book.run((tx) => applyPaymentEvents(tx, SYSTEM, [eventOf(payment, 'authorized')]));
  const voids = () => book.money().effects.toSorted((a, b) => a.number - b.number);
  expect(voids()).toMatchObject([
    { state: 'done' },
    { kind: 'void', state: 'sent', reference: `ref_${payment.id}` },
  ]);
  expect(voids()[1]?.key).not.toBe(first?.key);
  settle(String(voids()[1]?.key), `ref_${payment.id}`);
  book.run((tx) => applyPaymentEvents(tx, SYSTEM, [eventOf(payment, 'voided')]));
  expect(voids()).toHaveLength(2);
});
