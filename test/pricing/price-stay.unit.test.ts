import { expect, test } from 'vitest';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import {
  findPromotion,
  GUEST_FEE_PERCENT,
  Guests,
  HOST_FEE_PERCENT,
  minNightsBySeason,
  nightlyPrice,
  priceStay,
  Rates,
} from '../../src/pricing/index.ts';
import { MAX_PRICE } from '../../src/pricing/schemas.ts';

/** 2027-03-01 is a Monday, so `nights: 5` from there is five weekday nights. */
const MONDAY: Night = '2027-03-01';
const NO_FEES = { guestPercent: 0, hostPercent: 0 };

type Given = {
  nightly?: number;
  nights?: number;
  checkIn?: Night;
  bookedOn?: Night;
  guests?: { adults: number; children?: number; infants?: number; pets?: number };
  overrides?: [Night, number][];
  promotion?: { code: string; percentOff: number };
  fees?: { guestPercent: number; hostPercent: number };
};

function priced(more: object, given: Given = {}) {
  const checkIn = given.checkIn ?? MONDAY;
  const price = priceStay({
    rates: Rates.parse({ currency: 'KES', nightly: given.nightly ?? 10_000, ...more }),
    stay: { checkIn, checkOut: addNights(checkIn, given.nights ?? 5) },
    guests: Guests.parse(given.guests ?? { adults: 1 }),
    overrides: new Map(given.overrides),
    bookedOn: given.bookedOn ?? addNights(checkIn, -30),
    fees: given.fees ?? NO_FEES,
    ...(given.promotion === undefined ? {} : { promotion: given.promotion }),
  });
  if ('refusal' in price) throw new Error(price.refusal);
  return price;
}

const linesOf = (more: object, given?: Given) =>
  priced(more, given).lines.map(({ kind, amount }) => `${kind} ${amount}`);

test('a night costs its own price, or the season’s, or the weekend’s, or the base', () => {
  const rates = Rates.parse({
    currency: 'KES',
    nightly: 100,
    weekend: { nightly: 150, nights: ['sat', 'sun'] },
    seasons: [
      {
        name: 'Easter',
        from: '2027-03-24',
        to: '2027-03-29',
        nightly: 300,
        weekendNightly: 350,
        minNights: 3,
      },
      { name: 'Rain', from: '2027-04-10', to: '2027-04-11', nightly: 80 },
    ],
  });
  const own = new Map<Night, number>([['2027-03-27', 999]]);
  const prices: [Night, number][] = [
    ['2027-03-05', 100],
    ['2027-03-06', 150],
    ['2027-03-07', 150],
    ['2027-03-23', 100],
    ['2027-03-24', 300],
    ['2027-03-27', 999],
    ['2027-03-28', 350],
    ['2027-03-29', 300],
    ['2027-03-30', 100],
    ['2027-04-10', 80],
    ['2027-04-12', 100],
  ];
  for (const [night, price] of prices)
    expect([night, nightlyPrice(rates, night, own)]).toEqual([night, price]);
  expect(nightlyPrice(rates, '2027-03-27', new Map())).toBe(350);
  expect(minNightsBySeason(rates, '2027-03-29')).toBe(3);
  expect(minNightsBySeason(rates, '2027-03-30')).toBeUndefined();
  expect(minNightsBySeason(rates, '2027-04-10')).toBeUndefined();
});

test('a season’s weekend is Friday and Saturday where the rates name none', () => {
  const season = { name: 'Peak', from: '2027-03-01', to: '2027-03-31', nightly: 300, weekendNightly: 350 };
  const rates = Rates.parse({ currency: 'KES', nightly: 100, seasons: [season] });
  const week = Array.from({ length: 7 }, (_, index) =>
    nightlyPrice(rates, addNights(MONDAY, index), new Map()),
  );
  expect(week).toEqual([300, 300, 300, 300, 350, 350, 300]);
});

test('each night is listed with its price, and the nights line is their sum', () => {
  const price = priced({ weekend: { nightly: 12_000, nights: ['fri'] } }, { overrides: [['2027-03-03', 1]] });
  expect(price.nights).toEqual([
    { date: '2027-03-01', price: 10_000 },
    { date: '2027-03-02', price: 10_000 },
    { date: '2027-03-03', price: 1 },
    { date: '2027-03-04', price: 10_000 },
    { date: '2027-03-05', price: 12_000 },
  ]);
  expect(price.lines).toEqual([{ kind: 'nights', label: '5 nights', amount: 42_001 }]);
  expect(priced({}, { nights: 1 }).lines[0]?.label).toBe('1 night');
});

test.each([
  ['early, at its threshold', 30, ['nights 50000', 'early_bird -5000']],
  ['early, a day short of it', 29, ['nights 50000']],
  ['late, at its threshold', 3, ['nights 50000', 'last_minute -7500']],
  ['late, a day too soon', 4, ['nights 50000']],
  ['on the very day', 0, ['nights 50000', 'last_minute -7500']],
])('booked %s', (_, days, lines) => {
  const rates = {
    earlyBird: { daysBefore: 30, percentOff: 10 },
    lastMinute: { daysBefore: 3, percentOff: 15 },
  };
  expect(linesOf(rates, { bookedOn: addNights(MONDAY, -days) })).toEqual(lines);
});

test.each([
  [10, 15, 'last_minute -7500'],
  [15, 10, 'early_bird -7500'],
  [10, 10, 'early_bird -5000'],
])('early %d %% and late %d %% together give the larger, never both', (early, late, line) => {
  const rates = {
    earlyBird: { daysBefore: 5, percentOff: early },
    lastMinute: { daysBefore: 10, percentOff: late },
  };
  expect(linesOf(rates, { bookedOn: addNights(MONDAY, -7) })).toEqual(['nights 50000', line]);
});

test.each([
  [6, ['nights 60000']],
  [7, ['nights 70000', 'length_of_stay -7000']],
  [27, ['nights 270000', 'length_of_stay -27000']],
  [28, ['nights 280000', 'length_of_stay -70000']],
  [40, ['nights 400000', 'length_of_stay -60000']],
])('%d nights get the percentage of the longest threshold they reach', (nights, lines) => {
  const lengthOfStay = [
    { minNights: 28, percentOff: 25 },
    { minNights: 7, percentOff: 10 },
    { minNights: 40, percentOff: 15 },
  ];
  expect(linesOf({ lengthOfStay }, { nights })).toEqual(lines);
});

test('discounts follow each other, each on what is left of the nights, and leave the fees alone', () => {
  const rates = {
    earlyBird: { daysBefore: 10, percentOff: 10 },
    lengthOfStay: [{ minNights: 5, percentOff: 20 }],
    extraGuest: 500,
    cleaningFee: 3_000,
  };
  const given = { guests: { adults: 2 }, promotion: { code: 'SPRING', percentOff: 50 } };
  expect(linesOf(rates, given)).toEqual([
    'nights 50000',
    'early_bird -5000',
    'length_of_stay -9000',
    'promotion -18000',
    'extra_guest 2500',
    'cleaning_fee 3000',
  ]);
});

test('no discount exceeds what it discounts', () => {
  const rates = {
    earlyBird: { daysBefore: 1, percentOff: 100 },
    lengthOfStay: [{ minNights: 1, percentOff: 100 }],
  };
  const price = priced(rates, { promotion: { code: 'ALL', percentOff: 100 }, nightly: 33 });
  expect(price.lines.map(({ kind, amount }) => [kind, amount])).toEqual([
    ['nights', 165],
    ['early_bird', -165],
  ]);
  expect(price.total).toBe(0);
  expect(Object.is(price.hostEarns, 0)).toBe(true);
});

test.each([
  [{ adults: 2 }, ['nights 50000']],
  [{ adults: 3 }, ['nights 50000', 'extra_guest 5000']],
  [{ adults: 2, children: 2 }, ['nights 50000', 'extra_guest 10000']],
  [{ adults: 2, infants: 3 }, ['nights 50000']],
  [{ adults: 1, pets: 2 }, ['nights 50000', 'pet_fee 700']],
])('for %j the extra guests and pets cost what the host asks', (guests, lines) => {
  expect(linesOf({ guestsIncluded: 2, extraGuest: 1_000, petFee: 700 }, { guests })).toEqual(lines);
});

test('where only a price for extra guests is given, one guest is included', () => {
  expect(linesOf({ extraGuest: 1_000 }, { guests: { adults: 1 } })).toEqual(['nights 50000']);
  expect(linesOf({ extraGuest: 1_000 }, { guests: { adults: 2 } })).toEqual([
    'nights 50000',
    'extra_guest 5000',
  ]);
});

test('the guest pays 14 % above the host’s share, and the host 3 % of it', () => {
  const price = priced(
    { cleaningFee: 2_550, taxes: [{ name: 'City', kind: 'per_stay', value: 999 }] },
    { fees: { guestPercent: GUEST_FEE_PERCENT, hostPercent: HOST_FEE_PERCENT } },
  );
  expect(price.lines.slice(1).map(({ kind, amount }) => `${kind} ${amount}`)).toEqual([
    'cleaning_fee 2550',
    'guest_service_fee 7357',
    'tax 999',
  ]);
  expect(price.total).toBe(52_550 + 7_357 + 999);
  expect(price.hostEarns).toBe(52_550 - 1_577);
});

test.each([
  [1, 50, 1, 0],
  [3, 50, 2, 1],
  [7, 12.5, 1, 6],
  [4, 12.5, 1, 3],
  [3, 12.5, 0, 3],
  [1_999, 0.05, 1, 1_998],
  [999, 0.05, 0, 999],
])(
  'of %d yen, %d %% is %d: half a unit is rounded up, for a fee as for a discount',
  (nightly, rate, part, left) => {
    const fees = { guestPercent: rate, hostPercent: rate };
    const fee = priced({ currency: 'JPY' }, { nights: 1, nightly, fees });
    expect([fee.total, fee.hostEarns]).toEqual([nightly + part, left]);
    const promotion = { code: 'X', percentOff: rate };
    expect(priced({ currency: 'JPY' }, { nights: 1, nightly, promotion }).total).toBe(left);
  },
);

const PARTY = { adults: 2, children: 2, infants: 1 };
test.each([
  ['a percentage of the host’s share', { kind: 'percent', value: 16 }, 8_000, 'host_share'],
  [
    'a percentage of the fee, too',
    { kind: 'percent', value: 16, includeFees: true },
    9_120,
    'host_share_and_fee',
  ],
  [
    'a percentage with decimals',
    { kind: 'percent', value: 6.25, includeFees: true },
    3_563,
    'host_share_and_fee',
  ],
  ['per night', { kind: 'per_night', value: 200 }, 1_000, 'nights'],
  ['per guest and night', { kind: 'per_guest_night', value: 200 }, 5_000, 'nights'],
  ['per adult and night', { kind: 'per_guest_night', value: 200, childrenExempt: true }, 2_000, 'nights'],
  ['per stay', { kind: 'per_stay', value: 200 }, 200, 'host_share'],
  ['nothing', { kind: 'percent', value: 0 }, undefined, 'host_share'],
])('a tax that is %s', (_, tax, amount, taxOn) => {
  const taxes = [{ name: 'VAT', ...tax }];
  const price = priced({ taxes }, { guests: PARTY, fees: { guestPercent: 14, hostPercent: 3 } });
  const [line] = price.lines.filter(({ kind }) => kind === 'tax');
  expect(line).toEqual(amount === undefined ? undefined : { kind: 'tax', label: 'VAT', amount, taxOn });
  expect(price.total).toBe(57_000 + (amount ?? 0));
  expect(price.hostEarns).toBe(48_500);
});

test.each([
  ['16 % of net', [{ kind: 'percent', value: 16 }], [1_600], 'host_share'],
  [
    '16 and 2 % of the same net',
    [
      { kind: 'percent', value: 16 },
      { kind: 'percent', value: 2 },
    ],
    [1_573, 197],
    'host_share',
  ],
  ['with the fee', [{ kind: 'percent', value: 16, includeFees: true }], [1_824], 'host_share_and_fee'],
  ['per night', [{ kind: 'per_night', value: 30 }], [150], 'nights'],
  ['100 %', [{ kind: 'percent', value: 100 }], [5_800], 'host_share'],
])('a tax inside the price is shown and not added: %s', (_, taxes, included, taxOn) => {
  const inclusive = taxes.map((tax) => ({ name: 'VAT', inclusive: true, ...tax }));
  const fees = { guestPercent: 14, hostPercent: 3 };
  const price = priced({ taxes: inclusive }, { nightly: 2_320, fees });
  expect(price.lines.filter(({ kind }) => kind === 'tax')).toEqual(
    included.map((amount) => ({ kind: 'tax', label: 'VAT (included)', amount: 0, included: amount, taxOn })),
  );
  expect(price.total).toBe(11_600 + 1_624);
  expect(price.hostEarns).toBe(11_252);
});

test('the largest price of every kind at once is refused, and never wrong', () => {
  const taxes = Array.from({ length: 20 }, () => ({
    name: 'Tax',
    kind: 'percent' as const,
    value: 100,
    includeFees: true,
  }));
  const request = {
    rates: Rates.parse({
      currency: 'IRR',
      nightly: MAX_PRICE,
      extraGuest: MAX_PRICE,
      cleaningFee: MAX_PRICE,
      taxes,
    }),
    stay: { checkIn: MONDAY, checkOut: addNights(MONDAY, 730) },
    guests: Guests.parse({ adults: 50, children: 30, infants: 10 }),
    overrides: new Map(),
    bookedOn: MONDAY,
    fees: { guestPercent: 100, hostPercent: 100 },
  };
  const alone = { ...request, guests: Guests.parse({ adults: 1 }) };
  const untaxed = { ...alone, rates: { ...alone.rates, taxes: [] } };
  const perGuest = { name: 'Tax', kind: 'per_guest_night' as const, value: MAX_PRICE };
  expect(priceStay(request)).toEqual({ refusal: 'price_too_large' });
  expect(priceStay(alone)).toEqual({ refusal: 'price_too_large' });
  expect(priceStay({ ...request, rates: { ...untaxed.rates, extraGuest: 0, taxes: [perGuest] } })).toEqual({
    refusal: 'price_too_large',
  });
  expect(priceStay(untaxed)).toMatchObject({ total: 2 * 731 * MAX_PRICE, hostEarns: 0 });
});

test.each([
  ['spring', '2027-03-10', 0, 'SPRING'],
  ['SPRING', '2027-03-20', 2, 'SPRING'],
  ['Spring', '2027-03-09', 0, 'not_started'],
  ['SPRING', '2027-03-21', 0, 'ended'],
  ['SPRING', '2027-03-15', 3, 'exhausted'],
  ['SPRING', '2027-03-15', 4, 'exhausted'],
  ['always', '2031-01-01', 1_000, 'always'],
  ['SUMMER', '2027-03-15', 0, 'unknown'],
  ['', '2027-03-15', 0, 'unknown'],
] as const)('the code %j on %s after %d uses: %s', (code, bookedOn, uses, outcome) => {
  const rates = Rates.parse({
    currency: 'KES',
    nightly: 1,
    promotions: [
      { code: 'SPRING', percentOff: 20, from: '2027-03-10', to: '2027-03-20', maxUses: 3 },
      { code: 'always', percentOff: 5 },
    ],
  });
  const counted: string[] = [];
  const found = findPromotion(rates, code, bookedOn, (spelled) => {
    counted.push(spelled);
    return uses;
  });
  expect('refusal' in found ? found.refusal : found.code).toBe(outcome);
  expect(counted.every((spelled) => spelled === 'SPRING')).toBe(true);
});
