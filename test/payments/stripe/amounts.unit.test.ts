import { expect, test } from 'vitest';
import { acceptsAmount, fromStripeAmount, toStripeAmount } from '../../../src/payments/stripe/amounts.ts';

test.each([
  ['KES', 12_345, 12_345],
  ['JPY', 900, 900],
  ['UGX', 1_500, 150_000],
  ['ISK', 20, 2_000],
  ['MGA', 4_000, 40],
  ['BHD', 1_230, 1_230],
] as const)('%s %d is %d at Stripe, there and back', (currency, ours, theirs) => {
  expect(acceptsAmount({ amount: ours, currency })).toBe(true);
  expect(toStripeAmount(ours, currency)).toBe(theirs);
  expect(fromStripeAmount(theirs, currency.toLowerCase())).toBe(ours);
});

test.each([
  ['nothing', 0, 'USD'],
  ['a million dollars', 100_000_000, 'USD'],
  ['a million that gets two zeros', 1_000_000, 'UGX'],
  ['hundredths that Stripe does not have', 4_001, 'MGA'],
  ['a third digit that Stripe does not take', 1_234, 'KWD'],
  ['a currency that Stripe does not take', 1_000, 'IRR'],
] as const)('%s is not accepted', (_, amount, currency) => {
  expect(acceptsAmount({ amount, currency })).toBe(false);
});

test('the largest amount is', () => {
  expect(acceptsAmount({ amount: 99_999_999, currency: 'EUR' })).toBe(true);
  expect(acceptsAmount({ amount: 999_999, currency: 'ISK' })).toBe(true);
});
