import { assert } from './errors.ts';
import { z } from './zod.ts';

/**
 * Money is a whole number of minor units and a currency, and arithmetic on it is on integers only. An
 * amount stays within MAX_AMOUNT; what is larger on the way, such as an amount times a percentage, goes
 * through BigInt, so nothing is ever rounded by floating point.
 */
export type Money = { readonly amount: number; readonly currency: Currency };
export type Currency = (typeof CURRENCIES)[keyof typeof CURRENCIES][number];

export const MAX_AMOUNT = 1_000_000_000_000_000;

/** ISO 4217's currencies in use (no funds, metals or test codes) by their digits after the point. */
// biome-ignore format: a table is read by rows
const CURRENCIES = {
  0: [
    'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
    'XAF', 'XOF', 'XPF',
  ],
  2: [
    'AED', 'AFN', 'ALL', 'AMD', 'AOA', 'ARS', 'AUD', 'AWG', 'AZN', 'BAM', 'BBD', 'BDT', 'BMD',
    'BND', 'BOB', 'BRL', 'BSD', 'BTN', 'BWP', 'BYN', 'BZD', 'CAD', 'CDF', 'CHF', 'CNY', 'COP',
    'CRC', 'CUP', 'CVE', 'CZK', 'DKK', 'DOP', 'DZD', 'EGP', 'ERN', 'ETB', 'EUR', 'FJD', 'FKP',
    'GBP', 'GEL', 'GHS', 'GIP', 'GMD', 'GTQ', 'GYD', 'HKD', 'HNL', 'HTG', 'HUF', 'IDR', 'ILS',
    'INR', 'IRR', 'JMD', 'KES', 'KGS', 'KHR', 'KPW', 'KYD', 'KZT', 'LAK', 'LBP', 'LKR', 'LRD',
    'LSL', 'MAD', 'MDL', 'MGA', 'MKD', 'MMK', 'MNT', 'MOP', 'MRU', 'MUR', 'MVR', 'MWK', 'MXN',
    'MYR', 'MZN', 'NAD', 'NGN', 'NIO', 'NOK', 'NPR', 'NZD', 'PAB', 'PEN', 'PGK', 'PHP', 'PKR',
    'PLN', 'QAR', 'RON', 'RSD', 'RUB', 'SAR', 'SBD', 'SCR', 'SDG', 'SEK', 'SGD', 'SHP', 'SLE',
    'SOS', 'SRD', 'SSP', 'STN', 'SVC', 'SYP', 'SZL', 'THB', 'TJS', 'TMT', 'TOP', 'TRY', 'TTD',
    'TWD', 'TZS', 'UAH', 'USD', 'UYU', 'UZS', 'VED', 'VES', 'WST', 'XCD', 'XCG', 'YER', 'ZAR',
    'ZMW', 'ZWG',
  ],
  3: ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'],
} as const;

const exponents = new Map<string, number>(
  Object.entries(CURRENCIES).flatMap(([exponent, codes]) =>
    codes.map((code): [string, number] => [code, Number(exponent)]),
  ),
);

/** Hundredths of a percent: percentages have at most two decimals. */
const PERCENT_UNITS = 100;
export const WHOLE = 100 * PERCENT_UNITS;

export const CURRENCIES_IN_USE = [...exponents.keys()].sort() as [Currency, ...Currency[]];

/** Minor units are 10^-exponent of the currency. */
export function exponentOf(currency: Currency): number {
  const exponent = exponents.get(currency);
  assert(exponent !== undefined, `${currency} is in the table`);
  return exponent;
}

export const currency = z.enum(CURRENCIES_IN_USE).openapi('Currency');

export const Money = z
  .strictObject({ amount: z.int().min(-MAX_AMOUNT).max(MAX_AMOUNT), currency })
  .openapi('Money', { description: 'Whole minor units of the currency' });

/** From 0 to 100 with at most two decimals. */
export const percent = z
  .number()
  .min(0)
  .max(100)
  .refine((value) => toBasisPoints(value) / PERCENT_UNITS === value, {
    message: 'must have at most two decimals',
    params: { code: 'too_precise' },
  })
  .openapi({ description: 'At most two decimals' });

export const toBasisPoints = (percentage: number): number => Math.round(percentage * PERCENT_UNITS);

/** `amount × percentage`, rounded half up to the minor unit; the amount is not negative. */
export const percentOf = (amount: number, percentage: number): number =>
  divideHalfUp(BigInt(amount) * BigInt(toBasisPoints(percentage)), BigInt(WHOLE));

/** Half up to a whole number; neither is negative. */
export function divideHalfUp(dividend: bigint, divisor: bigint): number {
  assert(dividend >= 0n && divisor > 0n, 'half up is defined here for what is not negative');
  const quotient = Number((2n * dividend + divisor) / (2n * divisor));
  assert(Number.isSafeInteger(quotient), 'an amount is exact');
  return quotient;
}

/**
 * Parts in proportion to the weights that add up to the amount: each gets its whole part, and the units
 * left over go to the largest remainders, the earlier one first where they are equal.
 */
export function split(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  assert(amount >= 0 && weights.every((weight) => weight >= 0), 'what is split is not negative');
  assert(total > 0n || amount === 0, 'something is split among somebody');
  if (total === 0n) return weights.map(() => 0);

  const shares = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, part: Number(product / total), remainder: product % total };
  });
  const left = amount - shares.reduce((sum, { part }) => sum + part, 0);
  const byRemainder = shares.toSorted((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const share of byRemainder.slice(0, left)) share.part += 1;
  return shares.map(({ part }) => part);
}
