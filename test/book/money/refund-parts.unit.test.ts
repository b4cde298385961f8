import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRefund } from '../../../src/book/money/create-refund.ts';
import { balances } from '../../../src/book/money/ledger.ts';
import type { Payment } from '../../../src/book/money/payment.ts';
import { payableOf, stepsOf } from '../../../src/book/money/refund-parts.ts';
import { type PaymentStart, startPayment } from '../../../src/book/money/start-payment.ts';
import { answerAlteration } from '../../../src/book/stays/alterations.ts';
import type { Alteration, Booking } from '../../../src/book/stays/booking.ts';
import { cancelBooking } from '../../../src/book/stays/cancel-booking.ts';
import { previewRefundOf } from '../../../src/book/stays/read-booking.ts';
import { DAY } from '../../../src/kernel/clock.ts';
import { MPESA_TAKES, toPayoutShillings } from '../../../src/payments/mpesa/shillings.ts';
import { acceptsAmount } from '../../../src/payments/stripe/amounts.ts';
import { HOST, NOW } from '../plain.ts';
import { BOOKING, by, GUEST, openPlainBook, type PlainBook } from './plain-book.ts';

/** A night costs 100.25 shillings; half of two comes back, which M-Pesa can't pay. */
const NIGHT = 10_025;
const FEE = 2_850;
const TOTAL = 2 * NIGHT + FEE;
const HOST_EARNS = 19_450;
const ODD = {
  lines: [
    { kind: 'nights', label: '2 nights', amount: 2 * NIGHT },
    { kind: 'guest_service_fee', label: 'Service fee', amount: FEE },
  ] as const,
  total: TOTAL,
  hostEarns: HOST_EARNS,
  policy: 'strict',
};
const AFTER_GRACE = NOW + 2 * DAY;

function paid(provider: Payment['provider']): PlainBook {
  const nights = ['2027-03-01', '2027-03-02'].map((date) => ({ date, price: NIGHT }));
  const book = openPlainBook({ ...ODD, nights } as never);
  book.pay(provider);
  return book;
}

/** Whatever comes back is in the ledger, and nobody is left owing. */
function expectSettled(book: PlainBook, refunds: readonly number[], owed = 0): void {
  book.settleAll();
  const { payment } = book.booking();
  expect(book.refunds()).toEqual(refunds);
  expect(payment.refunded).toBe(refunds.reduce((sum, amount) => sum + amount, 0));
  const { entries } = book.money();
  expect(balances(entries)).toMatchObject({ guest: owed, provider: payment.captured - payment.refunded });
  expect(book.wrong()).toEqual([]);
}

test('M-Pesa gives back whole shillings, ten at least, and never leaves what it could not give back', () => {
  const steps = stepsOf({ provider: 'mpesa', currency: 'KES' });
  const given = (left: number, wanted: number) => payableOf(steps, left, wanted);
  expect([1, 999, 1_000, 1_001, 1_100, 10_025].map((wanted) => given(100_000, wanted))).toEqual([
    1_000, 1_000, 1_000, 1_100, 1_100, 10_100,
  ]);
  // What is left is either nothing, or can be given back later.
  expect([98_901, 99_000, 99_001, 99_999, 100_000].map((wanted) => given(100_000, wanted))).toEqual([
    99_000, 99_000, 100_000, 100_000, 100_000,
  ]);
  expect([given(1_000, 1), given(1_900, 1), given(2_000, 1), given(100_000, 0)]).toEqual([
    1_000, 1_900, 1_000, 0,
  ]);
});

test('M-Pesa takes no less than it can give back', () => {
  const book = openPlainBook({ lines: [{ kind: 'nights', label: '2 nights', amount: 900 }], total: 900 });
  const start: PaymentStart = {
    ...{ bookingId: BOOKING, paymentId: `pay_${'p'.repeat(52)}`, provider: 'mpesa' as const, phone: null },
    ...{ tokenHash: null, takes: MPESA_TAKES },
  };
  const refused = book.keeper.run(NOW, (tx) => startPayment(tx, by(GUEST), start));
  expect(refused).toMatchObject({ refusal: 'not_payable' });
  expect(book.money().payments).toEqual([]);
  const takes = { ...MPESA_TAKES, least: 900 };
  expect(book.keeper.run(NOW, (tx) => startPayment(tx, by(GUEST), { ...start, takes })).ok).toBe(true);
});

test('what M-Pesa and Stripe took, they can give back, in any parts and to the end', () => {
  const providers = [
    { provider: 'mpesa', currency: 'KES', unit: 100, least: 10 },
    { provider: 'stripe', currency: 'KES', unit: 1, least: 1 },
    { provider: 'stripe', currency: 'BHD', unit: 10, least: 1 },
    { provider: 'stripe', currency: 'MGA', unit: 100, least: 1 },
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...providers),
      fc.integer({ min: 10, max: 250_000 }),
      fc.array(fc.integer({ min: 1, max: 25_000_000 }), { maxLength: 6 }),
      ({ provider, currency, unit, least }, count, wishes) => {
        let left = count * unit;
        for (const wish of [...wishes, Number.MAX_SAFE_INTEGER]) {
          const wanted = Math.min(wish, left);
          const given = payableOf(stepsOf({ provider, currency }), left, wanted);
          expect(given).toBeGreaterThanOrEqual(wanted);
          expect(given - wanted).toBeLessThan(unit * 2 * least);
          left -= given;
          expect(left).toBeGreaterThanOrEqual(0);
          if (given === 0) continue;
          const isTaken =
            provider === 'mpesa'
              ? toPayoutShillings(given) !== null
              : acceptsAmount({ amount: given, currency });
          expect([given, isTaken]).toEqual([given, true]);
        }
        expect(left).toBe(0);
      },
    ),
  );
});

test('a policy’s refund through M-Pesa is rounded up for the guest, at the marketplace’s cost, as it was shown', () => {
  const book = paid('mpesa');
  const preview = book.run((tx) => previewRefundOf(tx, by(GUEST), { bookingId: BOOKING, at: AFTER_GRACE }));
  expect(preview.value).toMatchObject({ refund: 10_100, kept: TOTAL - 10_100, rule: 'strict.half_kept' });
  expect(preview.value.lines).toMatchObject([{ refunded: NIGHT }, { refunded: 75 }]);

  const later = by(GUEST, 'session', AFTER_GRACE);
  book.run((tx) => cancelBooking(tx, later, { bookingId: BOOKING, reason: null }), AFTER_GRACE);
  expectSettled(book, [10_100]);
  const fees = TOTAL - HOST_EARNS;
  // Half of the nights, and half of the host's fee with it; and the 75 cents.
  expect(balances(book.money().entries)).toMatchObject({
    host: -(HOST_EARNS - NIGHT + 300),
    fees: -(fees - 300 - 75),
  });
});

test('the same refund by card is to the cent', () => {
  const book = paid('stripe');
  const later = by(GUEST, 'session', AFTER_GRACE);
  book.run((tx) => cancelBooking(tx, later, { bookingId: BOOKING, reason: null }), AFTER_GRACE);
  expectSettled(book, [NIGHT]);
});

test('a host who gives back cents through M-Pesa gives the whole shilling, and never more than is theirs', () => {
  const book = paid('mpesa');
  const give = (amount: number) =>
    book.keeper.run(NOW, (tx) =>
      createRefund(tx, by(HOST), { bookingId: BOOKING, amount, reason: 'Cold water' }),
    );
  expect(give(HOST_EARNS)).toMatchObject({ refusal: 'refund_too_large', detail: [19_400] });
  expect(book.refunds()).toEqual([]);
  expect(give(150)).toMatchObject({ ok: true });
  expect(give(18_401)).toMatchObject({ refusal: 'refund_too_large', detail: [18_400] });
  expectSettled(book, [1_000]);
  expect(give(18_400)).toMatchObject({ ok: true });
  expectSettled(book, [1_000, 18_400]);
  // The last 35 shillings: what the policy gives is no more than what was paid.
  book.run((tx) => cancelBooking(tx, by(HOST), { bookingId: BOOKING, reason: null }));
  expectSettled(book, [1_000, 3_500, 18_400]);
});

function alter(book: PlainBook, total: number): void {
  const { stay, guests, price } = book.booking();
  const id = `alt_${total}`;
  const agreed = {
    ...price,
    ...{ lines: [{ kind: 'nights', label: '2 nights', amount: total }], total, hostEarns: total },
    nights: price.nights.map(({ date }, index) => ({
      date,
      price: index === 0 ? Math.ceil(total / 2) : Math.floor(total / 2),
    })),
  };
  const alteration = { id, by: 'host', stay, guests, price: agreed, expiresAt: NOW + DAY } as Alteration;
  book.run((tx) => {
    tx.keep({ ...(tx.booking(BOOKING) as Booking), alteration });
    return answerAlteration(tx, by(GUEST), { bookingId: BOOKING, alterationId: id, answer: 'accepted' });
  });
}

test('what an alteration made cheaper comes back in whole shillings, and no later one takes it back', () => {
  const book = paid('mpesa');
  alter(book, 21_960);
  expectSettled(book, [1_000]);
  expect(book.booking().payment).toMatchObject({ owed: 0 });
  alter(book, 22_900);
  // 9.40 shillings dearer, and the 60 cents stay a gift.
  expect(book.booking().payment).toMatchObject({ captured: TOTAL, refunded: 1_000, owed: 940 });
  expectSettled(book, [1_000], 940);
});

test('what a host gave of their own will stays given, whatever the stay costs afterwards', () => {
  const book = paid('stripe');
  book.run((tx) => createRefund(tx, by(HOST), { bookingId: BOOKING, amount: 5_000, reason: 'Sorry' }));
  alter(book, TOTAL + 1_000);
  expect(book.booking().payment).toMatchObject({ refunded: 5_000, owed: 1_000 });
  alter(book, 3_000);
  // Of the new price 5,000 were given already, and more than all of it can't come back.
  expect(book.booking().payment).toMatchObject({ refunded: TOTAL, owed: 0 });
  expectSettled(book, [5_000, TOTAL - 5_000]);
});

test('who paid in two ways is given back what is odd by the one that can', () => {
  const book = paid('mpesa');
  alter(book, TOTAL + 2_025);
  book.pay('stripe');
  expect(book.booking().payment).toMatchObject({ captured: TOTAL + 2_025, owed: 0 });
  alter(book, TOTAL + 1);
  expectSettled(book, [2_024]);
  alter(book, TOTAL - 1);
  expectSettled(book, [1, 1_000, 2_024]);
});
