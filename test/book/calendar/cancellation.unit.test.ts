import { expect, test } from 'vitest';
import { cancellationSteps, previewRefund } from '../../../src/book/calendar/cancellation.ts';
import { type CancellationPolicy, POLICIES } from '../../../src/book/schemas.ts';
import {
  bookingOf,
  DAY,
  type Deadline,
  HOUR,
  LONG_AGO,
  line,
  type Priced,
  SEASON_NAMES,
  SEASONS,
  SECOND,
} from './bookings.ts';

const priced = (prices: number[], cleaning: number, fee: number, tax: number, discount = 0): Priced => ({
  prices,
  lines: [
    line(
      'nights',
      prices.reduce((sum, price) => sum + price),
    ),
    ...(discount === 0 ? [] : [line('length_of_stay', -discount)]),
    line('cleaning_fee', cleaning),
    line('guest_service_fee', fee),
    line('tax', tax),
  ],
});
const flat = (nights: number, price: number) => Array<number>(nights).fill(price);

/**
 * What comes back, by hand. Of two nights, 10,001 and 12,002, with cleaning 3,000, fee 3,500 and a tax of
 * 2,500 on 25,003: where half is kept, that is 11,002 (half a unit goes up), so 11,001 + 3,000 come back
 * and of the tax 2,500 × 14,001 / 25,003 = 1,399.9, together 15,401.
 * Of seven nights at 10,001 less 7,001 the first has cost 9,000 and the others 9,001 each.
 */
const AMOUNTS = {
  1: {
    of: priced([10_001], 3_000, 1_800, 1_300),
    ...{ full: 16_101, first: 3_300, firstAndHalf: 3_300, half: 8_800, all: 3_300, none: 0 },
    ...{ flexible1: 0, flexible2: 0, moderate1: 0, moderate2: 0 },
  },
  2: {
    of: priced([10_001, 12_002], 3_000, 3_500, 2_500),
    ...{ full: 31_003, first: 16_502, firstAndHalf: 9_901, half: 15_401, all: 3_300, none: 0 },
    ...{ flexible1: 0, flexible2: 0, moderate1: 0, moderate2: 0 },
  },
  7: {
    of: priced(flat(7, 10_001), 3_000, 9_000, 6_600, 7_001),
    ...{ full: 81_606, first: 62_706, firstAndHalf: 33_003, half: 37_953, all: 3_300, none: 0 },
    ...{ flexible1: 49_505, flexible2: 39_604, moderate1: 24_752, moderate2: 19_802 },
  },
  27: {
    of: priced(flat(27, 1_000), 3_000, 4_000, 3_000),
    ...{ full: 37_000, first: 31_900, firstAndHalf: 17_600, half: 18_150, all: 3_300, none: 0 },
    ...{ flexible1: 27_500, flexible2: 26_400, moderate1: 13_750, moderate2: 13_200 },
  },
} as const;
const LONG_AMOUNTS = {
  28: { of: priced(flat(28, 1_000), 2_000, 4_000, 3_000), full: 37_000, first30: 2_200, long1: 0, long2: 0 },
  60: {
    of: priced(flat(60, 1_000), 2_000, 8_000, 6_200),
    ...{ full: 76_200, first30: 35_200, long1: 31_900, long2: 30_800 },
  },
} as const;

/** Until which deadline how much comes back; then, from check-in on and from the second night on. */
type Course<Amount> = { until: [Deadline, Amount][]; begun: [Amount, Amount] };
const COURSES: Record<CancellationPolicy, Course<keyof (typeof AMOUNTS)[7]>> = {
  flexible: {
    until: [
      ['hours24', 'full'],
      ['arrival', 'first'],
    ],
    begun: ['flexible1', 'flexible2'],
  },
  moderate: {
    until: [
      ['days5', 'full'],
      ['arrival', 'firstAndHalf'],
    ],
    begun: ['moderate1', 'moderate2'],
  },
  limited: {
    until: [
      ['days14', 'full'],
      ['days7', 'half'],
      ['arrival', 'all'],
    ],
    begun: ['none', 'none'],
  },
  firm: {
    until: [
      ['days30', 'full'],
      ['days7', 'half'],
      ['arrival', 'all'],
    ],
    begun: ['none', 'none'],
  },
  strict: {
    until: [
      ['days7', 'half'],
      ['arrival', 'all'],
    ],
    begun: ['none', 'none'],
  },
  non_refundable: { until: [['arrival', 'all']], begun: ['none', 'none'] },
};
const LONG_COURSE: Course<keyof (typeof LONG_AMOUNTS)[60]> = {
  until: [
    ['days30', 'full'],
    ['arrival', 'first30'],
  ],
  begun: ['long1', 'long2'],
};

const cases = SEASON_NAMES.flatMap((season) => POLICIES.map((policy) => [season, policy] as const));

test.each(cases)(
  '%s, %s gives back what the table says, a second before, at and after each deadline',
  (name, policy) => {
    const season = SEASONS[name];
    const follow = <Amount extends string>(
      amounts: { of: Priced } & Record<Amount, number>,
      { until, begun }: Course<Amount>,
    ) => {
      const booking = bookingOf(amounts.of, season, policy);
      const at = (instant: number) => previewRefund(booking, instant).refund;
      const courses: [Deadline, Amount][] = [...until, ['secondNight', begun[0]]];
      courses.forEach(([deadline, amount], index) => {
        const next = courses[index + 1]?.[1] ?? begun[1];
        const got = [-SECOND, 0, SECOND].map((away) => at(season[deadline] + away));
        const due = [amounts[amount], amounts[amount], amounts[next]];
        expect([amounts.of.prices.length, deadline, got]).toEqual([amounts.of.prices.length, deadline, due]);
      });
      expect(at(season.secondNight + 70 * DAY)).toBe(0);
    };
    for (const amounts of Object.values(AMOUNTS)) follow(amounts as never, COURSES[policy] as Course<string>);
    for (const amounts of Object.values(LONG_AMOUNTS))
      follow(amounts as never, LONG_COURSE as Course<string>);
  },
);

test.each(cases)(
  '%s, %s gives all back within a day of confirmation, a week or more ahead',
  (name, policy) => {
    const season = SEASONS[name];
    const follow = <Amount extends string>(
      amounts: { of: Priced } & Record<Amount | 'full', number>,
      { until }: Course<Amount>,
      hasGrace: boolean,
    ) => {
      const around = (confirmedAt: number, instant: number) =>
        [-SECOND, 0, SECOND].map(
          (away) =>
            previewRefund({ ...bookingOf(amounts.of, season, policy), confirmedAt }, instant + away).refund,
        );
      const later = (instant: number) => {
        const [, amount] = until.find(([deadline]) => instant <= season[deadline]) ?? [];
        return amounts[amount as Amount];
      };
      const due = (instant: number) =>
        [-SECOND, 0].map((away) => (hasGrace ? amounts.full : later(instant + away)));

      const confirmedAt = season.days7 - 3 * DAY;
      const end = confirmedAt + DAY;
      expect(around(confirmedAt, end)).toEqual([...due(end), later(end + SECOND)]);
      const late = season.days7 - HOUR;
      expect(around(late, season.days7)).toEqual([...due(season.days7), later(season.days7 + SECOND)]);
    };
    for (const amounts of Object.values(AMOUNTS))
      follow(amounts as never, COURSES[policy] as Course<string>, policy !== 'non_refundable');
    for (const amounts of Object.values(LONG_AMOUNTS))
      follow(amounts as never, LONG_COURSE as Course<string>, true);
  },
);

test.each(SEASON_NAMES)('%s, each night that begins takes its own price from what comes back', (name) => {
  const season = SEASONS[name];
  const beginnings = (from: number) =>
    Array.from({ length: from }, (_, index) => season.secondNight + index * DAY);
  const fall = (of: Priced, policy: CancellationPolicy, amounts: readonly number[]) =>
    beginnings(amounts.length - 1).forEach((instant, index) => {
      const booking = bookingOf(of, season, policy);
      const got = [-SECOND, 0, SECOND].map((away) => previewRefund(booking, instant + away).refund);
      expect([index, ...got]).toEqual([index, amounts[index], amounts[index], amounts[index + 1]]);
    });
  fall(AMOUNTS[7].of, 'flexible', [49_505, 39_604, 29_703, 19_802, 9_901, 0, 0]);
  fall(AMOUNTS[7].of, 'moderate', [24_752, 19_802, 14_851, 9_901, 4_950, 0, 0]);
  fall(LONG_AMOUNTS[28].of, 'strict', [0, 0, 0]);
  // Of sixty nights the first thirty and the one that has begun are kept, and each has a tenth of tax on it.
  const falling = Array.from({ length: 31 }, (_, stayed) => Math.max(0, 29 - stayed) * 1_100);
  fall(LONG_AMOUNTS[60].of, 'firm', falling);
});

test('before it is confirmed, everything that was captured comes back', () => {
  const booking = bookingOf(AMOUNTS[7].of, SEASONS['before the clock goes back'], 'non_refundable');
  const pending = { ...booking, confirmedAt: null };
  expect(previewRefund(pending, LONG_AGO)).toMatchObject({ refund: 81_606, kept: 0, rule: 'unconfirmed' });
  expect(previewRefund({ ...pending, captured: 0 }, LONG_AGO)).toMatchObject({ refund: 0, kept: 0 });
});

test('a refund says line by line what comes back, and by which rule', () => {
  const season = SEASONS['before the clock goes forward'];
  const booking = bookingOf(
    {
      prices: [10_000, 10_000, 10_000],
      lines: [
        line('nights', 30_000),
        line('early_bird', -3_000),
        line('promotion', -1_501),
        line('extra_guest', 3_003),
        line('cleaning_fee', 2_000),
        line('pet_fee', 500),
        line('guest_service_fee', 4_340),
        { ...line('tax', 3_100), label: 'VAT' },
        { ...line('tax', 600), label: 'City', taxOn: 'nights' },
        { ...line('tax', 1_000), label: 'Levy', taxOn: 'host_share_and_fee' },
        { ...line('tax', 0), label: 'GST (included)', included: 400 },
      ],
    },
    season,
    'moderate',
  );
  // The nights have cost 8,499, 8,500 and 8,500; half of the last two, 8,500, and half of 2,002 come back.
  const preview = previewRefund(booking, season.days5 + 1);
  expect(preview.lines.map(({ label, refunded }) => `${label} ${refunded}`)).toEqual([
    'nights 10000',
    'early_bird -1000',
    'promotion -500',
    'extra_guest 1001',
    'cleaning_fee 2000',
    'pet_fee 500',
    'guest_service_fee 0',
    'VAT 1200',
    'City 200',
    'Levy 340',
    'GST (included) 0',
  ]);
  expect(preview).toMatchObject({ refund: 13_741, kept: booking.total - 13_741 });
  expect(preview.rule).toBe('moderate.first_night_and_half_kept');
});

test('no more comes back than was captured, and the lines still add up', () => {
  const season = SEASONS['before the clock goes back'];
  const booking = { ...bookingOf(AMOUNTS[7].of, season, 'flexible'), captured: 10_000 };
  const { refund, kept, lines } = previewRefund(booking, season.days30);
  expect([refund, kept]).toEqual([10_000, 0]);
  expect(lines.reduce((sum, { refunded }) => sum + refunded, 0)).toBe(10_000);
  expect(lines.every(({ amount, refunded }) => Math.abs(refunded) <= Math.abs(amount))).toBe(true);
});

test('a quote says until when how much would come back, and leaves out what is past', () => {
  const season = SEASONS['before the clock goes forward'];
  const steps = (policy: CancellationPolicy, of: Priced, now: number) =>
    cancellationSteps(bookingOf(of, season, policy), now);
  const { days30, days14, days7, hours24, arrival } = season;
  const seven = AMOUNTS[7];

  expect(steps('flexible', seven.of, days30)).toEqual([
    { until: hours24, refund: 81_606 },
    { until: arrival, refund: 62_706 },
    { until: null, refund: 49_505 },
  ]);
  expect(steps('limited', seven.of, days30)).toEqual([
    { until: days14, refund: 81_606 },
    { until: days7, refund: 37_953 },
    { until: arrival, refund: 3_300 },
    { until: null, refund: 0 },
  ]);
  expect(steps('strict', seven.of, days14)).toEqual([
    { until: days14 + DAY, refund: 81_606 },
    { until: days7, refund: 37_953 },
    { until: arrival, refund: 3_300 },
    { until: null, refund: 0 },
  ]);
  expect(steps('strict', seven.of, days7 - HOUR)[0]).toEqual({ until: days7, refund: 81_606 });
  expect(steps('strict', seven.of, days7 + 1)).toEqual([
    { until: arrival, refund: 3_300 },
    { until: null, refund: 0 },
  ]);
  expect(steps('non_refundable', seven.of, days30)).toEqual([
    { until: arrival, refund: 3_300 },
    { until: null, refund: 0 },
  ]);
  expect(steps('non_refundable', LONG_AMOUNTS[60].of, days30 - HOUR)).toEqual([
    { until: days30 + 23 * HOUR, refund: 76_200 },
    { until: arrival, refund: 35_200 },
    { until: null, refund: 31_900 },
  ]);
  expect(steps('flexible', seven.of, arrival + HOUR)).toEqual([{ until: null, refund: 49_505 }]);
});
