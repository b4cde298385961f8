import { expect, test } from 'vitest';
import { CURRENCIES_IN_USE } from '../../src/kernel/money.ts';
import { conditionsOf, Parameters } from '../../src/search/conditions.ts';
import { convert, FIXED, toReference } from '../../src/search/exchange.ts';
import { readQuery } from '../../src/search/read-query.ts';

test('every currency in which a host may ask has a rate, so that every price has a place in the order', () => {
  expect(CURRENCIES_IN_USE.filter((currency) => !((FIXED[currency] ?? 0) > 0))).toEqual([]);
});

test('an amount is compared as what it is worth, whatever digits its currency has', () => {
  expect(convert(FIXED, 100, 'USD', 'JPY')).toBe(152);
  expect(convert(FIXED, 12_900, 'KES', 'USD')).toBe(100);
  expect(convert(FIXED, 377, 'BHD', 'USD')).toBe(100);
  expect(toReference(FIXED, 100, 'USD')).toBe(1_000_000);
});

test('a range of prices is found in every currency, however large it is', () => {
  for (const priceMax of [0, 1, 999, 1_000_000_000_000_000])
    for (const currency of ['KWD', 'IRR', 'USD', 'JPY'] as const) {
      const { values, add } = parameters();
      conditionsOf(readQuery({ currency, priceMin: 0, priceMax, limit: 20 }), add, 0, FIXED);
      const ranges = JSON.parse(String(values[0])) as Record<
        (typeof CURRENCIES_IN_USE)[number],
        [number, number]
      >;
      for (const own of CURRENCIES_IN_USE) {
        const [, last] = ranges[own];
        expect(convert(FIXED, last, own, currency)).toBeLessThanOrEqual(priceMax);
        if (last < 999_999_999_999) expect(convert(FIXED, last + 1, own, currency)).toBeGreaterThan(priceMax);
      }
    }
});

function parameters() {
  const all = new Parameters();
  return { values: all.values, add: all.add.bind(all) };
}
