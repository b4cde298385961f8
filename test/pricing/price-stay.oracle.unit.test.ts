import fc from 'fast-check';
import { expect, test } from 'vitest';
import { currency, MAX_AMOUNT } from '../../src/kernel/money.ts';
import { priceStay } from '../../src/pricing/index.ts';
import { oraclePrice } from './oracle.ts';
import { randomRequest } from './random-request.ts';

const QUOTES = 20_000;

test('the price of any stay is what a second reading of the rules makes of it, line by line', () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

  const agrees = fc.property(randomRequest, (request) => {
    const due = oraclePrice(request);
    const price = priceStay(request);
    count(request.rates.currency);
    if ('refusal' in price) {
      count(price.refusal);
      expect(due.total > MAX_AMOUNT).toBe(true);
      return;
    }
    expect(price.nights.map(({ date, price: amount }) => [date, amount])).toEqual(due.nights);
    expect(price.lines.map(({ kind, amount, included }) => [kind, amount, included ?? 0])).toEqual(
      due.lines.map(([kind, amount, included]) => [kind, Number(amount), Number(included)]),
    );
    expect(BigInt(price.total)).toBe(due.total);
    expect(BigInt(price.hostEarns)).toBe(due.hostEarns);
    expect(price.currency).toBe(request.rates.currency);

    expect(price.lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(price.total);
    expect(price.total).toBeGreaterThanOrEqual(0);
    expect(price.hostEarns).toBeGreaterThanOrEqual(0);
    for (const { kind, included } of price.lines) count(included === undefined ? kind : 'included tax');
  });
  fc.assert(agrees, { numRuns: QUOTES });

  for (const code of currency.options) expect(seen.get(code) ?? 0).toBeGreaterThan(0);
  for (const kind of [
    ...['early_bird', 'last_minute', 'length_of_stay', 'promotion', 'extra_guest', 'cleaning_fee', 'pet_fee'],
    ...['guest_service_fee', 'tax', 'included tax'],
  ])
    expect([kind, seen.get(kind) ?? 0]).toEqual([kind, expect.toSatisfy((times: number) => times > 100)]);
}, 30_000);
