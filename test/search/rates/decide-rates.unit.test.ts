import { expect, test } from 'vitest';
import type { Exchange } from '../../../src/search/exchange.ts';
import { decideRates } from '../../../src/search/rates/decide-rates.ts';

const IN_FORCE = { USD: 1, EUR: 0.86, GBP: 0.75, JPY: 152, KES: 129, ARS: 1_350 };
const decide = (rates: Exchange, doubted: Exchange = {}) =>
  decideRates(IN_FORCE, doubted, { date: '2027-03-11', rates: { ...IN_FORCE, ...rates } });

test('a rate that has moved is believed, and one that nobody would see move stays as it is', () => {
  expect(decide({ EUR: 0.863, GBP: 0.7501, KES: 128.9, JPY: 100 })).toEqual({
    rates: { EUR: 0.863, JPY: 100 },
    doubted: {},
    isShifted: false,
  });
});

test('what creeps is seen once it has gone far enough from what counts', () => {
  let inForce: Exchange = IN_FORCE;
  for (let day = 0, rate = 129; day < 60; day++, rate *= 1.001) {
    const { rates } = decideRates(inForce, {}, { date: '2027-03-11', rates: { ...inForce, KES: rate } });
    inForce = { ...inForce, ...rates };
    expect(Math.abs(rate / (inForce.KES ?? 0) - 1)).toBeLessThan(0.0025);
  }
});

test('twice or half of yesterday is believed when the next day tells about the same', () => {
  for (const rate of [2_701, 674, 1e9, 0.02]) {
    const first = decide({ ARS: rate });
    expect(first).toEqual({ rates: {}, doubted: { ARS: rate }, isShifted: false });
    const second = decide({ ARS: rate * 1.3 }, first.doubted);
    expect(second).toEqual({ rates: { ARS: rate * 1.3 }, doubted: {}, isShifted: false });
  }
  expect(decide({ ARS: 2_699, GBP: 0.376 }).doubted).toEqual({});
});

test('a slip of one day is forgotten on the next, and two that differ do not confirm each other', () => {
  const { doubted } = decide({ ARS: 13.5 });
  expect(decide({ ARS: 1_360 }, doubted)).toEqual({ rates: { ARS: 1_360 }, doubted: {}, isShifted: false });
  expect(decide({ ARS: 13_500 }, doubted)).toMatchObject({ rates: {}, doubted: { ARS: 13_500 } });
});

test('when half of all move by a tenth, the dollar is what is wrong, and nothing is believed until the next day', () => {
  const inEuros = Object.fromEntries(
    Object.entries(IN_FORCE).map(([currency, rate]) => [currency, rate * 1.17]),
  );
  const first = decide(inEuros);
  expect(first).toMatchObject({ rates: {}, isShifted: true });
  expect(Object.keys(first.doubted).sort()).toEqual(['ARS', 'EUR', 'GBP', 'JPY', 'KES']);
  expect(decide({}, first.doubted)).toEqual({ rates: {}, doubted: {}, isShifted: false });
  expect(Object.keys(decide(inEuros, first.doubted).rates)).toHaveLength(5);
});
