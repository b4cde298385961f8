import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCents, toPayoutShillings, toShillings } from '../../../src/payments/mpesa/shillings.ts';

test('a payment is whole shillings, from one to 250,000', () => {
  expect([100, 25_000_000, 150_000].map(toShillings)).toEqual([1, 250_000, 1_500]);
  for (const amount of [0, -100, 1, 99, 101, 25_000_100, 150_050, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect([amount, toShillings(amount)]).toEqual([amount, null]);
  }
});

test('a payout is ten shillings at least', () => {
  expect([1_000, 25_000_000].map(toPayoutShillings)).toEqual([10, 250_000]);
  for (const amount of [900, 100, 1_050, 25_000_100]) {
    expect([amount, toPayoutShillings(amount)]).toEqual([amount, null]);
  }
});

test.each([
  [1500, 150_000],
  ['1500', 150_000],
  ['1500.00', 150_000],
  ['1500.0000', 150_000],
  [1500.5, 150_050],
  ['1500.05', 150_005],
  [0, 0],
  [19.99, 1_999],
  [' 7 ', 700],
])('%j of Daraja is %d cents', (value, cents) => {
  expect(toCents(value)).toBe(cents);
});

test.each([
  [-1],
  ['-1'],
  ['1,500'],
  ['1e3'],
  [1e21],
  [0.1 + 0.2],
  ['1500.005'],
  ['KES 1500'],
  [''],
  ['.5'],
  [null],
  [undefined],
  [true],
  [[1500]],
  [{ valueOf: () => 1500 }],
  [Number.NaN],
])('%j is no amount', (value) => {
  expect(toCents(value)).toBeNull();
});

test('cents that were written as shillings come back to the cent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (cents) => {
      expect(toCents((cents / 100).toFixed(2))).toBe(cents);
      expect(toCents(cents / 100)).toBe(cents);
    }),
  );
});
