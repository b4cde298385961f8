import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cause, causesAgainst, forPublic } from '../../../src/book/calendar/availability.ts';
import type { CalendarState } from '../../../src/book/calendar/state.ts';
import { STATUSES } from '../../../src/book/facts.ts';
import { DEFAULT_RULES, type Rules } from '../../../src/book/schemas.ts';
import type { Night } from '../../../src/kernel/stay.ts';
import { Guests, Rates } from '../../../src/pricing/index.ts';
import { oracleCauses } from './oracle.ts';
import { randomCalendar } from './random-calendar.ts';
import { removeCause } from './remove-cause.ts';

const CALENDARS = 10_000;
/** A Monday, at noon in Nairobi. */
const NOW = Date.parse('2027-03-01T09:00:00Z');
const OPEN: Rules = { ...DEFAULT_RULES, noticeDays: 0 };

type Given = Partial<Omit<CalendarState, 'facts' | 'rules'>> & {
  facts?: Partial<CalendarState['facts']>;
  rules?: Partial<Rules>;
};
const stateOf = ({ facts, rules, ...more }: Given = {}): CalendarState => ({
  facts: { timeZone: 'Africa/Nairobi', capacity: 4, petsAllowed: false, status: 'published', ...facts },
  rules: { ...OPEN, ...rules },
  rates: null,
  overrides: new Map(),
  stays: [],
  imported: [],
  ...more,
});
const stayFrom = (
  checkIn: Night,
  checkOut: Night,
  kind: 'booked' | 'held' = 'booked',
  expiresAt?: number,
) => ({
  bookingId: `${kind} from ${checkIn}`,
  kind,
  checkIn,
  checkOut,
  expiresAt: expiresAt ?? null,
});

const textOf = ({ code, date }: Cause) => (date === undefined ? code : `${code} ${date}`);
const against = (given: Given, checkIn: Night, checkOut: Night, guests: object = {}, now = NOW) =>
  causesAgainst(
    stateOf(given),
    { stay: { checkIn, checkOut }, guests: Guests.parse({ adults: 1, ...guests }) },
    now,
  ).map(textOf);

test('what keeps guests from a stay is what a second reading of the rules finds, in the same order', () => {
  const seen = new Map<string, number>();
  const agrees = fc.property(randomCalendar, ({ state, asked, nowMs }) => {
    const causes = causesAgainst(state, asked, nowMs);
    expect(causes.map(textOf)).toEqual(oracleCauses(state, asked, nowMs));
    if (causes.length === 0) seen.set('nothing', (seen.get('nothing') ?? 0) + 1);
    for (const code of new Set(causes.map(({ code }) => code))) seen.set(code, (seen.get(code) ?? 0) + 1);
  });
  fc.assert(agrees, { numRuns: CALENDARS });

  expect([...seen.keys()].sort()).toEqual(
    [
      ...['booked', 'held', 'blocked', 'imported', 'preparation', 'notice', 'window', 'min_nights'],
      ...['max_nights', 'check_in_day', 'check_out_day', 'capacity', 'pets', 'not_published', 'nothing'],
    ].sort(),
  );
  for (const [code, times] of seen) expect([code, times > 100]).toEqual([code, true]);
});

test('when every cause that was named is gone, the stay is available', () => {
  const frees = fc.property(randomCalendar, (given) => {
    const causes = causesAgainst(given.state, given.asked, given.nowMs);
    const { state, asked, nowMs } = causes.reduce(removeCause, given);
    expect(causesAgainst(state, asked, nowMs)).toEqual([]);
  });
  fc.assert(frees, { numRuns: CALENDARS });
});

test('as long as one of the causes is left, the stay is not available', () => {
  const keeps = fc.property(randomCalendar, fc.nat(), (given, chosen) => {
    const causes = causesAgainst(given.state, given.asked, given.nowMs);
    const left = causes[chosen % Math.max(1, causes.length)];
    const others = causes.filter(({ code }) => code !== left?.code);
    const { state, asked, nowMs } = others.reduce(removeCause, given);
    // Preparation goes with the stays that need it.
    if (left !== undefined && left.code !== 'preparation')
      expect(causesAgainst(state, asked, nowMs).map(({ code }) => code)).toContain(left.code);
  });
  fc.assert(keeps, { numRuns: CALENDARS / 4 });
});

test('an empty calendar lets guests come today and leave on the last day of the window', () => {
  expect(against({}, '2027-03-01', '2027-03-02')).toEqual([]);
  expect(against({}, '2028-02-28', '2028-02-29')).toEqual([]);
  expect(against({}, '2027-03-01', '2028-02-29')).toEqual([]);
});

test('guests may come on the day on which others leave, and leave on the day on which others come', () => {
  const stays = [stayFrom('2027-03-10', '2027-03-12'), stayFrom('2027-03-14', '2027-03-20', 'held')];
  expect(against({ stays }, '2027-03-12', '2027-03-14')).toEqual([]);
  expect(against({ stays }, '2027-03-08', '2027-03-10')).toEqual([]);
  expect(against({ stays }, '2027-03-20', '2027-03-21')).toEqual([]);
  expect(against({ stays }, '2027-03-11', '2027-03-15')).toEqual(['booked 2027-03-11', 'held 2027-03-14']);
});

test('a hold keeps its nights until the very second of its expiry, and one without an end for good', () => {
  const expiresAt = NOW + 900_000;
  const stays = [stayFrom('2027-03-10', '2027-03-11', 'held', expiresAt)];
  const at = (now: number) => against({ stays }, '2027-03-10', '2027-03-11', {}, now);
  expect(at(expiresAt - 1)).toEqual(['held 2027-03-10']);
  expect(at(expiresAt)).toEqual([]);
  expect(at(expiresAt + 1)).toEqual([]);
  const endless = [stayFrom('2027-03-10', '2027-03-11', 'held')];
  expect(against({ stays: endless }, '2027-03-10', '2027-03-11', {}, NOW + 1e9)).toContain('held 2027-03-10');
});

test('a night that is taken for several reasons names each of them', () => {
  const given = {
    overrides: new Map<Night, { available: boolean }>([
      ['2027-03-10', { available: false }],
      ['2027-03-11', { available: true }],
    ]),
    imported: [{ uid: 'away', from: '2027-03-10' as const, to: '2027-03-12' as const }],
    stays: [stayFrom('2027-03-11', '2027-03-12')],
  };
  expect(against(given, '2027-03-09', '2027-03-13')).toEqual([
    'booked 2027-03-11',
    'blocked 2027-03-10',
    'imported 2027-03-10',
    'imported 2027-03-11',
  ]);
});

test.each([
  [{ before: 0, after: 0 }, []],
  [{ before: 2, after: 0 }, ['08', '09', '12', '13']],
  [{ before: 0, after: 2 }, ['08', '09', '12', '13']],
  [{ before: 1, after: 2 }, ['08', '09', '12', '13']],
  [{ before: 1, after: 1 }, ['09', '12']],
])('with preparation %j, the nights on both sides of a stay stay empty', (preparationNights, days) => {
  const given = { rules: { preparationNights }, stays: [stayFrom('2027-03-10', '2027-03-12')] };
  expect(against(given, '2027-03-05', '2027-03-17')).toEqual([
    'booked 2027-03-10',
    'booked 2027-03-11',
    ...days.map((day) => `preparation 2027-03-${day}`),
  ]);
});

test('a block of another platform or of the host needs no preparation, nor does a hold that is over', () => {
  const given = {
    rules: { preparationNights: { before: 3, after: 3 } },
    overrides: new Map([['2027-03-10' as const, { available: false }]]),
    imported: [{ uid: 'away', from: '2027-03-12' as const, to: '2027-03-13' as const }],
    stays: [stayFrom('2027-03-14', '2027-03-15', 'held', NOW)],
  };
  expect(against(given, '2027-03-09', '2027-03-16')).toEqual(['blocked 2027-03-10', 'imported 2027-03-12']);
});

test('a night within one stay that another needs for preparation names both, as both would have to go', () => {
  const stays = [stayFrom('2027-03-10', '2027-03-12'), stayFrom('2027-03-12', '2027-03-14', 'held')];
  const given = { rules: { preparationNights: { before: 1, after: 0 } }, stays };
  expect(against(given, '2027-03-11', '2027-03-12')).toEqual(['booked 2027-03-11', 'preparation 2027-03-11']);
});

test.each([
  // In Berlin the clock goes forward on the 28th at 02:00, and back on 2027-10-31 at 03:00.
  ['Europe/Berlin', '2027-03-28', 17, '2027-03-28T14:59:59.999Z', '2027-03-28'],
  ['Europe/Berlin', '2027-03-28', 17, '2027-03-28T15:00:00.000Z', '2027-03-29'],
  ['Europe/Berlin', '2027-03-27', 17, '2027-03-27T15:59:59.999Z', '2027-03-27'],
  ['Europe/Berlin', '2027-03-27', 17, '2027-03-27T16:00:00.000Z', '2027-03-28'],
  // The hour from two to three does not happen, so the cut-off is at three.
  ['Europe/Berlin', '2027-03-28', 2, '2027-03-28T00:59:59.999Z', '2027-03-28'],
  ['Europe/Berlin', '2027-03-28', 2, '2027-03-28T01:00:00.000Z', '2027-03-29'],
  ['Europe/Berlin', '2027-10-31', 17, '2027-10-31T15:59:59.999Z', '2027-10-31'],
  ['Europe/Berlin', '2027-10-31', 17, '2027-10-31T16:00:00.000Z', '2027-11-01'],
  ['Africa/Nairobi', '2027-03-28', 0, '2027-03-27T21:00:00.000Z', '2027-03-29'],
  ['Africa/Nairobi', '2027-03-28', 23, '2027-03-27T21:00:00.000Z', '2027-03-28'],
  ['Africa/Nairobi', '2027-03-28', undefined, '2027-03-28T20:59:59.999Z', '2027-03-28'],
  ['Pacific/Auckland', '2027-04-04', 9, '2027-04-03T20:59:59.999Z', '2027-04-04'],
  ['Pacific/Auckland', '2027-04-04', 9, '2027-04-03T21:00:00.000Z', '2027-04-05'],
] as const)(
  'in %s on %s with the cut-off hour %s, at %s guests may come from %s',
  (zone, today, hour, at, first) => {
    for (const noticeDays of [0, 1, 3]) {
      const rules = { noticeDays, ...(hour === undefined ? {} : { cutoffHour: hour }) };
      const on = (days: number) => dateAfter(first, noticeDays + days);
      const given = { facts: { timeZone: zone }, rules };
      const now = Date.parse(at);
      expect(against(given, on(0), on(2), {}, now)).toEqual([]);
      expect(against(given, on(-1), on(2), {}, now)).toEqual([`notice ${on(-1)}`]);
    }
    expect(first >= today).toBe(true);
  },
);

test('guests leave within the window, counted from the local date', () => {
  const given = { rules: { bookingWindowDays: 30 } };
  expect(against(given, '2027-03-30', '2027-03-31')).toEqual([]);
  expect(against(given, '2027-03-31', '2027-04-01')).toEqual(['window 2027-04-01']);
  const evening = Date.parse('2027-03-01T21:00:00Z');
  expect(against(given, '2027-03-31', '2027-04-01', {}, evening)).toEqual([]);
});

test('the least number of nights is the date’s, or the weekday’s, the season’s, the rules’', () => {
  const rates = Rates.parse({
    currency: 'KES',
    nightly: 100,
    seasons: [
      { name: 'Easter', from: '2027-03-22', to: '2027-03-26', nightly: 1, minNights: 4 },
      { name: 'Rain', from: '2027-03-27', to: '2027-03-31', nightly: 1 },
    ],
  });
  const overrides = new Map([
    ['2027-03-22' as const, { minNights: 2 }],
    ['2027-03-24' as const, { price: 5 }],
  ]);
  const given = { rates, overrides, rules: { minNights: 5, minNightsByCheckInDay: { mon: 6, tue: 3 } } };
  const least: [Night, number][] = [
    ['2027-03-15', 6],
    ['2027-03-16', 3],
    ['2027-03-17', 5],
    ['2027-03-22', 2],
    ['2027-03-23', 3],
    ['2027-03-24', 4],
    ['2027-03-26', 4],
    ['2027-03-27', 5],
  ];
  for (const [checkIn, nights] of least) {
    expect([checkIn, against(given, checkIn, dateAfter(checkIn, nights))]).toEqual([checkIn, []]);
    expect([checkIn, against(given, checkIn, dateAfter(checkIn, nights - 1))]).toEqual([
      checkIn,
      ['min_nights'],
    ]);
  }
});

test('a stay is as long as the rules allow and no longer; a date that asks for more lets nobody in', () => {
  const rules = { maxNights: 3 };
  expect(against({ rules }, '2027-03-10', '2027-03-13')).toEqual([]);
  expect(against({ rules }, '2027-03-10', '2027-03-14')).toEqual(['max_nights']);
  const overrides = new Map([['2027-03-10' as const, { minNights: 5 }]]);
  expect(against({ rules, overrides }, '2027-03-10', '2027-03-13')).toEqual(['min_nights']);
  expect(against({ rules, overrides }, '2027-03-10', '2027-03-14')).toEqual(['min_nights', 'max_nights']);
  expect(against({ rules, overrides }, '2027-03-10', '2027-03-15')).toEqual(['max_nights']);
});

test('guests come and leave on the weekdays that the host allows', () => {
  const rules: Partial<Rules> = { checkInDays: ['sat', 'sun'], checkOutDays: ['sun'] };
  expect(against({ rules }, '2027-03-06', '2027-03-07')).toEqual([]);
  expect(against({ rules }, '2027-03-07', '2027-03-13')).toEqual(['check_out_day 2027-03-13']);
  expect(against({ rules }, '2027-03-05', '2027-03-07')).toEqual(['check_in_day 2027-03-05']);
  expect(against({ rules }, '2027-03-08', '2027-03-09')).toEqual([
    'check_in_day 2027-03-08',
    'check_out_day 2027-03-09',
  ]);
});

test('adults and children fill the house, infants do not; pets come only where they may', () => {
  const night = ['2027-03-10', '2027-03-11'] as const;
  expect(against({}, ...night, { adults: 2, children: 2, infants: 5 })).toEqual([]);
  expect(against({}, ...night, { adults: 2, children: 3 })).toEqual(['capacity']);
  expect(against({}, ...night, { adults: 5, pets: 1 })).toEqual(['capacity', 'pets']);
  expect(against({ facts: { petsAllowed: true } }, ...night, { pets: 3 })).toEqual([]);
});

test.each(STATUSES)('a property that is %s is let only if it is published', (status) => {
  const causes = against({ facts: { status } }, '2027-03-10', '2027-03-11');
  expect(causes).toEqual(status === 'published' ? [] : ['not_published']);
});

test('the public learns that nights are taken, once for each, and nothing of why', () => {
  const given = stateOf({
    facts: { status: 'draft' },
    rules: { preparationNights: { before: 0, after: 1 }, minNights: 30 },
    overrides: new Map([['2027-03-09', { available: false }]]),
    imported: [{ uid: 'away', from: '2027-03-09', to: '2027-03-10' }],
    stays: [stayFrom('2027-03-11', '2027-03-12', 'held'), stayFrom('2027-03-14', '2027-03-15')],
  });
  const stay = { checkIn: '2027-03-08', checkOut: '2027-03-16' } as const;
  const causes = causesAgainst(given, { stay, guests: Guests.parse({ adults: 9, pets: 1 }) }, NOW);
  expect(forPublic(causes).map(textOf)).toEqual([
    ...['09', '10', '11', '12', '13', '14', '15'].map((day) => `booked 2027-03-${day}`),
    ...['min_nights', 'capacity', 'pets', 'not_published'],
  ]);
  expect(forPublic([])).toEqual([]);
});

function dateAfter(date: Night, days: number): Night {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10) as Night;
}
