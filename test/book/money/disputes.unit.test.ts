import { expect, test } from 'vitest';
import { applyPaymentEvents } from '../../../src/book/money/apply-payment-events.ts';
import { balances } from '../../../src/book/money/ledger.ts';
import type { Payment, PaymentEvent } from '../../../src/book/money/payment.ts';
import { retryPayout } from '../../../src/book/money/retry-payout.ts';
import { settlePayout } from '../../../src/book/money/settle-payout.ts';
import { cancelBooking } from '../../../src/book/stays/cancel-booking.ts';
import { HOST } from '../plain.ts';
import { eventOf } from './events.ts';
import { BOOKING, by, openPlainBook, type PlainBook, SYSTEM } from './plain-book.ts';

/** A guest's bank takes money back, or may yet, and what was the host's share of it. */
const DISPUTE = { reference: 'dp_1' };
const DUE = Date.UTC(2027, 2, 2, 12);

const tell = (book: PlainBook, payment: Payment, kind: PaymentEvent['kind'], more = {}) =>
  book.run((tx) => applyPaymentEvents(tx, SYSTEM, [eventOf(payment, kind, more)]));
const standing = (book: PlainBook) => balances(book.money().entries);

test('what another payment of the booking tells does not pay out what is in dispute', async () => {
  const book = openPlainBook();
  const unused = book.start('mpesa');
  const paid = book.pay('stripe');
  book.settleAll();
  tell(book, paid, 'disputed', DISPUTE);
  tell(book, unused, 'failed');

  await book.keeper.wake(() => DUE);
  expect(book.money().payouts).toEqual([]);

  const won = eventOf(paid, 'dispute_won', DISPUTE);
  book.run((tx) => applyPaymentEvents(tx, { ...SYSTEM, now: DUE }, [won]), DUE);
  expect(book.money().payouts).toMatchObject([{ status: 'due', amount: book.booking().price.hostEarns }]);
});

test('what waits for an account goes on waiting while it is in dispute', async () => {
  const book = openPlainBook();
  const paid = book.pay('stripe');
  book.settleAll();
  await book.keeper.wake(() => DUE);
  const [payout] = book.money().payouts;
  if (!payout) throw new Error('Nothing is due');
  const due = { ...SYSTEM, now: DUE };
  const { id, key, attempt } = payout;
  const waits = {
    bookingId: BOOKING,
    key,
    attempt,
    result: { kind: 'waiting', reason: 'no_account' },
  } as const;
  book.run((tx) => settlePayout(tx, due, waits), DUE);
  tell(book, paid, 'disputed', DISPUTE);

  book.run((tx) => retryPayout(tx, due, id), DUE);
  expect(book.money().payouts).toMatchObject([{ status: 'waiting', attempt: 0 }]);
  tell(book, paid, 'dispute_won', DISPUTE);
  book.run((tx) => retryPayout(tx, due, id), DUE);
  expect(book.money().payouts).toMatchObject([{ status: 'due', attempt: 1 }]);
});

test('a dispute that is lost of what went back whole is nobody’s loss but the marketplace’s', () => {
  const book = openPlainBook();
  const paid = book.pay('stripe');
  book.run((tx) => cancelBooking(tx, by(HOST), { bookingId: BOOKING, reason: null }));
  book.settleAll();
  const before = standing(book);

  tell(book, paid, 'dispute_lost', DISPUTE);
  const { total } = book.booking().price;
  expect(standing(book)).toEqual({ ...before, provider: -total, fees: before.fees + total });
  expect(book.wrong()).toEqual([]);
});

test('a host loses nothing by a dispute of a payment that was never theirs', () => {
  const book = openPlainBook();
  const second = book.start('stripe');
  book.pay('mpesa');
  tell(book, second, 'captured');
  book.settleAll();
  const [before, { payment }] = [standing(book), book.booking()];

  tell(book, second, 'dispute_lost', DISPUTE);
  const { total } = book.booking().price;
  expect(standing(book)).toEqual({ ...before, provider: before.provider - total, fees: before.fees + total });
  expect(book.booking().payment).toEqual(payment);
});

test('what could not go back before the bank took it is not lost twice', () => {
  const book = openPlainBook();
  const second = book.start('stripe');
  book.pay('mpesa');
  tell(book, second, 'captured');
  const before = standing(book);

  tell(book, second, 'dispute_lost', DISPUTE);
  const { total } = book.booking().price;
  expect(before.guest).toBe(-total);
  expect(standing(book)).toEqual({ ...before, provider: before.provider - total, guest: 0 });
});

test('one dispute is lost once, however its end is told', () => {
  const book = openPlainBook();
  const paid = book.pay('stripe');
  book.settleAll();
  const part = { ...DISPUTE, amount: 1_000 };
  tell(book, paid, 'dispute_lost', part);
  tell(book, paid, 'dispute_lost', part);
  expect(book.booking().payment.disputed).toBe(1_000);
});
