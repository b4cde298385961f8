import { describe, expect, test } from 'vitest';
import { hostDue } from '../../../src/book/money/host-due.ts';
import {
  captureOf,
  charge,
  credit,
  disputeOf,
  type Entry,
  payoutOf,
  penaltyOf,
} from '../../../src/book/money/ledger.ts';
import { nextPayoutAt } from '../../../src/book/money/payout-moments.ts';
import type { Booking } from '../../../src/book/stays/booking.ts';
import { addNights, type Night } from '../../../src/kernel/stay.ts';

const OCCASION = { id: 'x', bookingId: 'bkg_1', hostId: 'usr_1', at: 0, currency: 'KES' } as const;
const CHECK_IN: Night = '2027-03-01';
/** 15:00 in Nairobi, a day later. */
const DUE = Date.UTC(2027, 2, 2, 12);
const DAY = 86_400_000;
const EARNED = { host: 97_000, fees: 17_000, taxes: 0 };
const PAID: Entry[] = [charge(OCCASION, EARNED), captureOf(OCCASION, 114_000)];

const stay = (nights: number, more: Partial<Booking> = {}): Booking =>
  ({
    status: 'confirmed',
    confirmedAt: 1,
    stay: { checkIn: CHECK_IN, checkOut: addNights(CHECK_IN, nights) },
    terms: { timeZone: 'Africa/Nairobi', checkInFrom: '15:00' },
    payment: { captured: 114_000, refunded: 0, disputed: 0, authorized: 0, owed: 0 },
    paidBy: { id: 'pay_1', provider: 'stripe', status: 'captured' },
    announced: [],
    ...more,
  }) as never;

describe('a stay of less than 28 nights', () => {
  test('is paid out a day after check-in, to the millisecond', () => {
    expect(hostDue(stay(27), PAID, 0, DUE - 1)).toBe(0);
    expect(hostDue(stay(27), PAID, 0, DUE)).toBe(97_000);
    expect(hostDue(stay(27), PAID, 97_000, DUE + 100 * DAY)).toBe(0);
    expect(nextPayoutAt(stay(27))).toBe(DUE);
    expect(nextPayoutAt(stay(27, { announced: ['payout'] }))).toBeNull();
  });
});

describe('a stay of 28 nights or more', () => {
  test.each([
    [28, [DUE], [97_000]],
    [30, [DUE], [97_000]],
    [31, [DUE, DUE + 30 * DAY], [93_870, 97_000]],
    [75, [DUE, DUE + 30 * DAY, DUE + 60 * DAY], [38_800, 77_600, 97_000]],
  ])('of %d nights is paid out month by month, by the nights of each', (nights, moments, sums) => {
    for (const [index, at] of moments.entries()) {
      const announced = moments.slice(0, index).map(() => 'payout' as const);
      expect(nextPayoutAt(stay(nights, { announced }))).toBe(at);
      const before = sums[index - 1] ?? 0;
      expect(hostDue(stay(nights), PAID, before, at - 1)).toBe(0);
      expect(hostDue(stay(nights), PAID, before, at)).toBe((sums[index] as number) - before);
    }
    expect(nextPayoutAt(stay(nights, { announced: moments.map(() => 'payout') }))).toBeNull();
  });

  test('what is given back after the first month comes from the months to come', () => {
    const entries = [...PAID, credit(OCCASION, { host: 20_000, fees: 0, taxes: 0 })];
    expect(hostDue(stay(75), entries, 38_800, DUE)).toBe(0);
    expect(hostDue(stay(75), entries, 38_800, DUE + 30 * DAY)).toBe(61_600 - 38_800);
  });
});

test('what the guest has not paid yet is not paid out', () => {
  expect(hostDue(stay(3), [charge(OCCASION, EARNED)], 0, DUE)).toBe(0);
  const dearer = [...PAID, charge(OCCASION, { host: 8_000, fees: 1_000, taxes: 0 })];
  expect(hostDue(stay(3), dearer, 97_000, DUE)).toBe(0);
  expect(hostDue(stay(3), [...dearer, captureOf(OCCASION, 9_000)], 97_000, DUE)).toBe(8_000);
});

test('what is given back, or lost in a dispute, after it was paid out is owed', () => {
  const gave = [...PAID, credit(OCCASION, { host: 20_000, fees: 0, taxes: 0 })];
  expect(hostDue(stay(3), gave, 97_000, DUE)).toBe(-20_000);
  const lost = [...PAID, disputeOf(OCCASION, EARNED)];
  expect(hostDue(stay(3), lost, 97_000, DUE)).toBe(-97_000);
  const settled = payoutOf(OCCASION, { amount: -20_000, sent: 0 });
  expect(hostDue(stay(3), [...gave, settled], 77_000, DUE)).toBe(0);
});

test('of a stay that was given up the host gets what they keep, when it would have been due', () => {
  const kept = [...PAID, credit(OCCASION, { host: 48_500, fees: 8_500, taxes: 0 })];
  const cancelled = stay(40, { status: 'cancelled' });
  expect(hostDue(cancelled, kept, 0, DUE - 1)).toBe(0);
  expect(hostDue(cancelled, kept, 0, DUE)).toBe(48_500);
  expect(nextPayoutAt(cancelled)).toBe(DUE);
  const unpaid = { captured: 0, refunded: 0, disputed: 0, authorized: 0, owed: 0 };
  expect(nextPayoutAt(stay(3, { status: 'cancelled', payment: unpaid }))).toBeNull();
});

test('a penalty is owed at once, and once', () => {
  const entries = [...PAID, credit(OCCASION, EARNED), penaltyOf(OCCASION, 12_000)];
  const cancelled = stay(3, { status: 'cancelled' });
  expect(hostDue(cancelled, entries, 0, DUE - 30 * DAY)).toBe(-12_000);
  expect(hostDue(cancelled, entries, -12_000, DUE)).toBe(0);
  const waived = [...PAID, credit(OCCASION, EARNED), penaltyOf(OCCASION, 2_000)];
  expect(hostDue(cancelled, waived, -12_000, DUE)).toBe(10_000);
});
