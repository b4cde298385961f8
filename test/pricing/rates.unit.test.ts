import { expect, test } from 'vitest';
import { toJSONSchema } from 'zod';
import { Guests, Rates } from '../../src/pricing/index.ts';
import { MAX_PRICE } from '../../src/pricing/schemas.ts';

const WHOLE = {
  currency: 'KES',
  nightly: 10_000,
  weekend: { nightly: 12_000, nights: ['fri', 'sat'] },
  seasons: [
    {
      name: 'Easter',
      from: '2027-03-24',
      to: '2027-03-29',
      nightly: 20_000,
      weekendNightly: 22_000,
      minNights: 3,
    },
    { name: 'After', from: '2027-03-30', to: '2027-03-30', nightly: 9_000 },
  ],
  lengthOfStay: [
    { minNights: 7, percentOff: 10 },
    { minNights: 28, percentOff: 33.33 },
  ],
  earlyBird: { daysBefore: 90, percentOff: 5 },
  lastMinute: { daysBefore: 3, percentOff: 12.5 },
  guestsIncluded: 2,
  extraGuest: 1_500,
  cleaningFee: 3_000,
  petFee: 0,
  taxes: [
    { name: 'VAT', kind: 'percent', value: 16, inclusive: true, includeFees: true },
    { name: 'Levy', kind: 'per_guest_night', value: 200, childrenExempt: true },
  ],
  promotions: [{ code: 'SPRING', percentOff: 20, from: '2027-01-01', to: '2027-02-01', maxUses: 50 }],
};

const problemsOf = (rates: unknown): string[] =>
  (Rates.safeParse(rates).error?.issues ?? []).map(
    (issue) => `${issue.path.join('/')} ${issue.code === 'custom' ? issue.params?.code : issue.code}`,
  );

test('rates are kept as the host wrote them', () => {
  expect(Rates.parse(WHOLE)).toEqual(WHOLE);
  expect(Rates.parse({ currency: 'JPY', nightly: 1 })).toEqual({ currency: 'JPY', nightly: 1 });
});

const season = (from: string, to: string) => ({ name: `${from} on`, from, to, nightly: 1 });
const promotion = (code: string, more: object = {}) => ({ code, percentOff: 10, ...more });
const tax = (more: object) => ({ taxes: [{ name: 'VAT', kind: 'percent', value: 1, ...more }] });

test.each<[string, object, string[]]>([
  ['an unknown currency', { currency: 'XXX' }, ['currency invalid_value']],
  ['a currency in small letters', { currency: 'kes' }, ['currency invalid_value']],
  ['a negative price', { nightly: -1 }, ['nightly too_small']],
  ['a night for nothing', { nightly: 0 }, ['nightly too_small']],
  ['a fraction of a minor unit', { nightly: 10.5 }, ['nightly invalid_type']],
  ['a price beyond all bounds', { nightly: MAX_PRICE + 1 }, ['nightly too_big']],
  ['a price as text', { nightly: '10' }, ['nightly invalid_type']],
  ['a negative fee', { cleaningFee: -1 }, ['cleaningFee too_small']],
  ['a fraction of a fee', { extraGuest: 0.5 }, ['extraGuest invalid_type']],
  ['nobody included', { guestsIncluded: 0 }, ['guestsIncluded too_small']],
  ['an unknown field', { nightlyy: 1 }, [' unrecognized_keys']],
  ['a weekend without nights', { weekend: { nightly: 1, nights: [] } }, ['weekend/nights too_small']],
  [
    'a weekday twice',
    { weekend: { nightly: 1, nights: ['fri', 'fri'] } },
    ['weekend/nights duplicate_weekday'],
  ],
  ['no such weekday', { weekend: { nightly: 1, nights: ['friday'] } }, ['weekend/nights/0 invalid_value']],
  ['over 100 %', { earlyBird: { daysBefore: 1, percentOff: 100.01 } }, ['earlyBird/percentOff too_big']],
  ['below 0 %', { lastMinute: { daysBefore: 1, percentOff: -1 } }, ['lastMinute/percentOff too_small']],
  [
    'three decimals',
    { lastMinute: { daysBefore: 1, percentOff: 1.005 } },
    ['lastMinute/percentOff too_precise'],
  ],
  [
    'early on the day itself',
    { earlyBird: { daysBefore: 0, percentOff: 1 } },
    ['earlyBird/daysBefore too_small'],
  ],
  [
    'one threshold twice',
    {
      lengthOfStay: [
        { minNights: 7, percentOff: 1 },
        { minNights: 7, percentOff: 2 },
      ],
    },
    ['lengthOfStay/1/minNights duplicate_threshold'],
  ],
  [
    'seasons that share a night',
    { seasons: [season('2027-02-01', '2027-02-28'), season('2027-01-01', '2027-02-01')] },
    ['seasons/0/from overlapping_season'],
  ],
  [
    'a season within another, and one after',
    {
      seasons: [
        season('2027-01-01', '2027-12-31'),
        season('2027-03-01', '2027-03-02'),
        season('2027-12-31', '2028-01-05'),
      ],
    },
    ['seasons/1/from overlapping_season', 'seasons/2/from overlapping_season'],
  ],
  [
    'the same season twice',
    { seasons: [season('2027-01-01', '2027-01-02'), season('2027-01-01', '2027-01-02')] },
    ['seasons/1/from overlapping_season'],
  ],
  [
    'a season backwards',
    { seasons: [season('2027-02-02', '2027-02-01')] },
    ['seasons/0/to ends_before_start'],
  ],
  ['a day that is not', { seasons: [season('2027-02-29', '2027-03-01')] }, ['seasons/0/from not_a_night']],
  ['the year 10000', { seasons: [season('2027-01-01', '10000-01-01')] }, ['seasons/0/to invalid_format']],
  [
    'too many seasons',
    { seasons: Array.from({ length: 201 }, () => season('2027-01-01', '2027-01-01')) },
    ['seasons too_big'],
  ],
  ['a tax over 100 %', tax({ value: 101 }), ['taxes/0/value too_big']],
  ['a tax with three decimals', tax({ value: 0.125 }), ['taxes/0/value too_precise']],
  ['a fraction of a unit per night', tax({ kind: 'per_night', value: 0.5 }), ['taxes/0/value invalid_type']],
  ['an unknown kind of tax', tax({ kind: 'per_week' }), ['taxes/0/kind invalid_union']],
  ['a tax without a name', tax({ name: ' ' }), ['taxes/0/name not_one_line']],
  [
    'one code twice, however it is spelled',
    { promotions: [promotion('spring'), promotion('SUMMER'), promotion('Spring')] },
    ['promotions/2/code duplicate_code'],
  ],
  ['a code with a space', { promotions: [promotion('A B')] }, ['promotions/0/code invalid_format']],
  ['an empty code', { promotions: [promotion('')] }, ['promotions/0/code invalid_format']],
  ['a code for nobody', { promotions: [promotion('A', { maxUses: 0 })] }, ['promotions/0/maxUses too_small']],
  [
    'a promotion backwards',
    { promotions: [promotion('A', { from: '2027-02-01', to: '2027-01-31' })] },
    ['promotions/0/to ends_before_start'],
  ],
])('%s is refused, and the host is told where', (_, more, problems) => {
  expect(problemsOf({ ...WHOLE, ...more })).toEqual(problems);
});

test('there is one adult at least, and no more of anything than a house holds', () => {
  expect(Guests.parse({ adults: 2 })).toEqual({ adults: 2, children: 0, infants: 0, pets: 0 });
  for (const guests of [
    {},
    { adults: 0 },
    { adults: 51 },
    { adults: 1.5 },
    { adults: 1, children: -1 },
    { adults: 1, infants: 11 },
    { adults: 1, pets: 11 },
    { adults: 1, seniors: 1 },
  ])
    expect(Guests.safeParse(guests).success).toBe(false);
});

test('the contract can describe rates', () => {
  expect(toJSONSchema(Rates, { io: 'input' })).toMatchObject({
    additionalProperties: false,
    required: ['currency', 'nightly'],
  });
});
