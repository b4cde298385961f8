import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  balances,
  captureOf,
  charge,
  credit,
  disputeOf,
  minus,
  NO_SHARES,
  payoutOf,
  penaltyOf,
  refundOf,
  type Shares,
  sharesOf,
  sharesOfRefund,
  totalOf,
} from '../../../src/book/money/ledger.ts';
import { sharesLeft } from '../../../src/book/money/shares-left.ts';
import type { AgreedPrice } from '../../../src/book/stays/booking.ts';

const OCCASION = { id: 'x', bookingId: 'bkg_1', hostId: 'usr_1', at: 0, currency: 'KES' } as const;
/** 1,000 a night for two, a fee for cleaning, 14 % for the marketplace, 3 % of the host's, a tax. */
const PRICE: AgreedPrice = {
  currency: 'KES',
  nights: [],
  lines: [
    { kind: 'nights', label: '2 nights', amount: 200_000 },
    { kind: 'cleaning_fee', label: 'Cleaning fee', amount: 50_000 },
    { kind: 'guest_service_fee', label: 'Service fee', amount: 35_000 },
    { kind: 'tax', label: 'VAT', amount: 40_000 },
  ],
  total: 325_000,
  hostEarns: 242_500,
};

test('a price is divided between host, marketplace and taxes, to the unit', () => {
  expect(sharesOf(PRICE)).toEqual({ host: 242_500, fees: 42_500, taxes: 40_000 });
});

test('a stay that was paid leaves the guest even, and everybody else with their part', () => {
  const entries = [charge(OCCASION, sharesOf(PRICE)), captureOf(OCCASION, 325_000)];
  expect(balances(entries)).toEqual({
    ...{ guest: 0, provider: 325_000, host: -242_500, fees: -42_500, taxes: -40_000, penalties: 0 },
    balance: 0,
  });
});

test('of a refund the host gives what was theirs of it, less their fee on that', () => {
  const lines = [
    { kind: 'nights', refunded: 100_000 },
    { kind: 'cleaning_fee', refunded: 50_000 },
    { kind: 'guest_service_fee', refunded: 0 },
    { kind: 'tax', refunded: 20_000 },
  ];
  expect(sharesOfRefund(PRICE, lines)).toEqual({ host: 145_500, fees: 4_500, taxes: 20_000 });
  const all = PRICE.lines.map(({ kind, amount }) => ({ kind, refunded: amount }));
  expect(sharesOfRefund(PRICE, all)).toEqual(sharesOf(PRICE));
});

test('a host who cancels owes a penalty, which is no part of the price', () => {
  const entries = [
    charge(OCCASION, sharesOf(PRICE)),
    credit(OCCASION, sharesOf(PRICE)),
    penaltyOf(OCCASION, 12_500),
  ];
  expect(sharesLeft(entries)).toEqual(NO_SHARES);
  expect(balances(entries)).toMatchObject({ guest: 0, host: 12_500, penalties: -12_500 });
});

test('whatever is written, the accounts add up to nothing', () => {
  const amount = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
  const shares: fc.Arbitrary<Shares> = fc.record({ host: amount, fees: amount, taxes: amount });
  const entry = fc.oneof(
    shares.map((some) => charge(OCCASION, some)),
    shares.map((some) => credit(OCCASION, some)),
    shares.map((some) => disputeOf(OCCASION, some)),
    amount.map((some) => captureOf(OCCASION, some)),
    amount.map((some) => refundOf(OCCASION, some)),
    amount.map((some) => penaltyOf(OCCASION, some)),
    fc.tuple(amount, amount).map(([some, sent]) => payoutOf(OCCASION, { amount: some, sent })),
  );
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const sum = Object.values(balances(entries)).reduce((total, one) => total + one, 0);
      expect(sum).toBe(0);
    }),
    { numRuns: 500 },
  );
});

test('what was charged less what was credited is what is left', () => {
  const part = { host: 1_000, fees: 20, taxes: 3 };
  const left = sharesLeft([charge(OCCASION, sharesOf(PRICE)), credit(OCCASION, part)]);
  expect(left).toEqual(minus(sharesOf(PRICE), part));
  expect(totalOf(left)).toBe(323_977);
});
