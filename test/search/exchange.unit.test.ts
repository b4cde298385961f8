import { expect, test } from 'vitest';
import { CURRENCIES_IN_USE } from '../../src/kernel/money.ts';
import { convert, FIXED, toReference } from '../../src/search/exchange.ts';

test('every currency in which a host may ask has a rate, so that every price has a place in the order', () => {
  expect(CURRENCIES_IN_USE.filter((currency) => !((FIXED[currency] ?? 0) > 0))).toEqual([]);
});

test('an amount is compared as what it is worth, whatever digits its currency has', () => {
  expect(convert(FIXED, 100, 'USD', 'JPY')).toBe(152);
  expect(convert(FIXED, 12_900, 'KES', 'USD')).toBe(100);
  expect(convert(FIXED, 377, 'BHD', 'USD')).toBe(100);
  expect(toReference(FIXED, 100, 'USD')).toBe(1_000_000);
});
