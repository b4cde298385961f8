import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  currency,
  exponentOf,
  MAX_AMOUNT,
  Money,
  percent,
  percentOf,
  split,
} from '../../src/kernel/money.ts';

/** ISO 4217, said again. */
const WITHOUT_MINOR_UNIT = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF';
const THOUSANDTHS = 'BHD IQD JOD KWD LYD OMR TND';

test('a yen has no cents and a dinar has a thousand fils, whatever the runtime believes', () => {
  const others = currency.options.filter(
    (code) => !WITHOUT_MINOR_UNIT.includes(code) && !THOUSANDTHS.includes(code),
  );
  for (const code of WITHOUT_MINOR_UNIT.split(' ')) expect(exponentOf(currency.parse(code))).toBe(0);
  for (const code of THOUSANDTHS.split(' ')) expect(exponentOf(currency.parse(code))).toBe(3);
  for (const code of others) expect(exponentOf(code)).toBe(2);
  expect(new Set(currency.options).size).toBe(155);
  expect(others).toContain('KES');
});

test.each(['XXX', 'XTS', 'XAU', 'BGN', 'HRK', 'CLF', 'usd', 'US', 'toString', '', '__proto__'])(
  '%j is not a currency to pay with',
  (code) => {
    expect(Money.safeParse({ amount: 1, currency: code }).success).toBe(false);
  },
);

test.each([0.5, Number.NaN, Infinity, MAX_AMOUNT + 1, -MAX_AMOUNT - 1, '1', null])(
  '%j is not an amount',
  (amount) => {
    expect(Money.safeParse({ amount, currency: 'KES' }).success).toBe(false);
  },
);

test.each([
  [100, 14, 14],
  [1, 50, 1],
  [1, 49.99, 0],
  [3, 50, 2],
  [5, 50, 3],
  [101, 12.5, 13],
  [100, 12.5, 13],
  [99, 12.5, 12],
  [9999, 0.01, 1],
  [5000, 0.01, 1],
  [4999, 0.01, 0],
  [0, 100, 0],
  [12345, 0, 0],
  [12345, 100, 12345],
  [1_000, 0.15, 2],
  [1_000, 1.15, 12],
  [MAX_AMOUNT, 33.33, 333_300_000_000_000],
  [MAX_AMOUNT - 1, 50, 500_000_000_000_000],
  [Number.MAX_SAFE_INTEGER, 99.99, 9_006_298_534_815_517],
])('%d × %d %% is %d', (amount, percentage, result) => {
  expect(percentOf(amount, percentage)).toBe(result);
});

test('a percentage of an amount is the nearest whole unit, and the upper one of two equally near', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.integer({ min: 0, max: 10_000 }),
      (amount, hundredths) => {
        const scaled = BigInt(percentOf(amount, hundredths / 100)) * 10_000n;
        const exact = BigInt(amount) * BigInt(hundredths);
        expect(scaled - exact > -5_000n && scaled - exact <= 5_000n).toBe(true);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('a percentage has at most two decimals, exactly', () => {
  for (let hundredths = 0; hundredths <= 10_000; hundredths++)
    expect(percent.safeParse(Number(`${hundredths}e-2`)).success).toBe(true);
  for (const value of [-0.01, 100.01, 0.001, 12.345, 0.07 + 1e-15, 33.333, Number.NaN])
    expect(percent.safeParse(value).success).toBe(false);
});

test.each([
  [100, [1, 1, 1], [34, 33, 33]],
  [101, [1, 1, 1], [34, 34, 33]],
  [10, [5, 3, 2], [5, 3, 2]],
  [7, [50, 30, 20], [4, 2, 1]],
  [5, [0, 1, 1], [0, 3, 2]],
  [1, [1, 2], [0, 1]],
  [0, [0, 0], [0, 0]],
  [0, [], []],
  [2, [1, 1, 1_000_000], [0, 0, 2]],
])('%d split by %j is %j', (amount, weights, parts) => {
  expect(split(amount, weights)).toEqual(parts);
});

test('what is split is neither more nor less afterwards, and each part is less than a unit from its due', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_AMOUNT }), weights, (amount, given) => {
      fc.pre(given.some((weight) => weight > 0));
      const parts = split(amount, given);
      const total = given.reduce((sum, weight) => sum + BigInt(weight), 0n);
      expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(amount));
      for (const [index, part] of parts.entries()) {
        const off = BigInt(part) * total - BigInt(amount) * BigInt(given[index] ?? 0);
        expect(off > -total && off < total).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('nothing is split that cannot be', () => {
  expect(() => split(1, [])).toThrow();
  expect(() => split(1, [0, 0])).toThrow();
  expect(() => split(-1, [1])).toThrow();
  expect(() => split(1, [2, -1])).toThrow();
  expect(() => percentOf(-1, 50)).toThrow();
});
