import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../../../src/kernel/errors.ts';
import { addNights, type Night, nightsBetween, nightsOf } from '../../../src/kernel/stay.ts';
import { exportCalendar, type ImportedCalendar, importCalendar } from '../../../src/properties/ical/index.ts';
import { drawnEvent, PROPERTY_ZONES, TODAY, takenNights, toText } from './oracle.ts';

const today = TODAY.toString() as Night;
const oslo = { today, zone: 'Europe/Oslo' };
const golden = `${import.meta.dirname}/golden`;
const goldenNames = readdirSync(golden).filter((name) => name.endsWith('.ics'));
const goldenBytes = (name: string): Uint8Array => readFileSync(`${golden}/${name}`);

/** For a machine that does other things at the same time. */
const BUSY_MS = 30_000;

const calendar = (...lines: string[]) => ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]) => ['BEGIN:VEVENT', 'UID:a', ...lines, 'END:VEVENT'].join('\r\n');
const imported = (...events: string[]) => importCalendar(calendar(...events), oslo);
const spans = ({ blocks }: ImportedCalendar) => blocks.map(({ from, to }) => `${from} ${to}`);
const counted = ({ skipped }: ImportedCalendar) =>
  Object.fromEntries(Object.entries(skipped).filter(([, count]) => count > 0));
const nights = ({ blocks }: ImportedCalendar) =>
  blocks.flatMap(({ from, to }) => nightsOf({ checkIn: from, checkOut: to }));

function refusalOf(source: string | Uint8Array): string | null {
  try {
    importCalendar(source, oslo);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).type.code;
  }
}

/** Generous, because it is a guard against work without end and not a measurement. */
function within<T>(limitMs: number, work: () => T): T {
  const began = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(limitMs);
  return result;
}

function expectSound({ blocks }: ImportedCalendar) {
  for (const [index, { from, to, uid }] of blocks.entries()) {
    expect(from < to && from >= today && nightsBetween(today, to) <= 730).toBe(true);
    expect(from >= (blocks[index - 1]?.to ?? today)).toBe(true);
    expect(uid.length).toBeLessThanOrEqual(255);
  }
}

test.each(goldenNames)(
  '%s, in the style of a platform, takes exactly the nights that a host expects',
  (name) => {
    const { blocks, skipped } = JSON.parse(
      readFileSync(`${golden}/${name.replace('.ics', '.json')}`, 'utf8'),
    );
    const result = importCalendar(goldenBytes(name), oslo);
    expect(result.blocks).toEqual(blocks);
    expect(counted(result)).toEqual(skipped);
  },
);

test('any feed takes the nights that a day-by-day count takes, in any zone', { timeout: BUSY_MS }, () => {
  const feed = fc.array(drawnEvent, { maxLength: 4 });
  fc.assert(
    fc.property(feed, fc.constantFrom(...PROPERTY_ZONES), (events, zone) => {
      const result = importCalendar(toText(uniquely(events)), { today, zone });
      expectSound(result);
      expect(result.skipped.broken + result.skipped.cut).toBe(0);
      expect(nights(result)).toEqual([...takenNights(events, zone)].sort());
    }),
    { numRuns: 80 },
  );
});

const uniquely = <T extends { uid: string }>(events: readonly T[]) =>
  events.map((event, index) => ({ ...event, uid: `${index}-${event.uid}` }));

test('what is exported is imported as the same blocks', () => {
  const stays = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 20 })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(
      stays,
      fc.string({ unit: fc.constantFrom(...'aZ \r\n\t\\;,:"海🏠\ud800\u0000') }),
      fc.constantFrom(...PROPERTY_ZONES),
      (gaps, name, zone) => {
        let at: Night = today;
        const blocks = gaps.map(([gap, length], index) => {
          const from = addNights(at, gap);
          at = addNights(from, length);
          const kind = index % 2 === 0 ? ('booked' as const) : ('blocked' as const);
          return { uid: `bkg_${index}`, from, to: at, kind };
        });
        const text = exportCalendar({ propertyId: 'prp_1', name, blocks, changedAtMs: 0, sequence: 1 });
        const result = importCalendar(text, { today, zone });
        const kept = blocks.filter(({ to }) => nightsBetween(today, to) <= 730);
        expect(result.blocks.slice(0, kept.length)).toEqual(kept.map(({ kind: _, ...block }) => block));
      },
    ),
    { numRuns: 50 },
  );
});

test('an event that ends in the morning leaves that night free, and one within a day takes none', () => {
  expect(spans(imported(event('DTSTART:20270201T150000', 'DTEND:20270203T110000')))).toEqual([
    '2027-02-01 2027-02-03',
  ]);
  expect(spans(imported(event('DTSTART:20270201T220000', 'DTEND:20270202T000000')))).toEqual([
    '2027-02-01 2027-02-02',
  ]);
  expect(counted(imported(event('DTSTART:20270201T090000', 'DTEND:20270201T230000')))).toEqual({ empty: 1 });
  expect(counted(imported(event('DTSTART:20270201T090000Z')))).toEqual({ empty: 1 });
});

test('a time in another zone is a night at the property', () => {
  const late = event('DTSTART:20270201T233000Z', 'DTEND:20270202T233000Z');
  expect(spans(imported(late))).toEqual(['2027-02-02 2027-02-03']);
  const west = { today, zone: 'America/Los_Angeles' };
  expect(spans(importCalendar(calendar(late), west))).toEqual(['2027-02-01 2027-02-02']);
  const mixed = event('DTSTART;TZID=Asia/Tokyo:20270202T010000', 'DTEND:20270203T220000Z');
  expect(spans(imported(mixed))).toEqual(['2027-02-01 2027-02-03']);
  const quoted = event(
    'DTSTART;TZID="Europe/London":20270201T233000',
    'DTEND;TZID=Europe/London:20270202T100000',
  );
  expect(spans(imported(quoted))).toEqual(['2027-02-02 2027-02-02'].slice(1));
});

test('a whole day without an end, with a zero end or with a length is that many nights', () => {
  expect(spans(imported(event('DTSTART;VALUE=DATE:20270201')))).toEqual(['2027-02-01 2027-02-02']);
  expect(spans(imported(event('DTSTART;VALUE=DATE:20270201', 'DTEND;VALUE=DATE:20270201')))).toEqual([
    '2027-02-01 2027-02-02',
  ]);
  expect(spans(imported(event('DTSTART:20270201', 'DURATION:P1W')))).toEqual(['2027-02-01 2027-02-08']);
  expect(spans(imported(event('DTSTART;VALUE=DATE:20270201', 'DURATION:PT36H')))).toEqual([
    '2027-02-01 2027-02-03',
  ]);
});

test('an occurrence that was moved, cancelled or excepted is taken where it now is', () => {
  const master = (...lines: string[]) =>
    event(
      'DTSTART;TZID=Europe/Oslo:20270201T150000',
      'DTEND;TZID=Europe/Oslo:20270202T110000',
      'RRULE:FREQ=WEEKLY;COUNT=4',
      ...lines,
    );
  const all = ['2027-02-01', '2027-02-08', '2027-02-15', '2027-02-22'];
  const starts = (...events: string[]) => imported(...events).blocks.map(({ from }) => from);
  expect(starts(master())).toEqual(all);
  expect(starts(master('EXDATE:20270208T140000Z'))).toEqual([all[0], all[2], all[3]]);
  expect(starts(master('EXDATE;VALUE=DATE:20270208', 'EXDATE;TZID=Asia/Tokyo:20270215T230000'))).toEqual([
    all[0],
    all[3],
  ]);
  expect(starts(master('EXDATE;TZID=Europe/Oslo:20270208T150000,20270222T150000'))).toEqual([all[0], all[2]]);
  const moved = event('RECURRENCE-ID:20270208T140000Z', 'DTSTART:20270210T140000Z', 'DTEND:20270211T100000Z');
  expect(starts(moved, master())).toEqual([all[0], '2027-02-10', all[2], all[3]]);
  const cancelled = event(
    'RECURRENCE-ID;VALUE=DATE:20270208',
    'DTSTART;VALUE=DATE:20270208',
    'STATUS:CANCELLED',
  );
  expect(starts(master(), cancelled)).toEqual([all[0], all[2], all[3]]);
  expect(starts(master('RDATE;TZID=Europe/Oslo:20270210T150000'))).toEqual([
    all[0],
    all[1],
    '2027-02-10',
    all[2],
    all[3],
  ]);
  expect(
    spans(
      imported(master('RDATE;VALUE=PERIOD:20270301T140000Z/P3D,20270310T140000Z/20270312T100000Z')),
    ).slice(4),
  ).toEqual(['2027-03-01 2027-03-04', '2027-03-10 2027-03-12']);
});

test('rules by month and year take the nights that they name', () => {
  const starts = (start: string, rule: string) =>
    imported(event(`DTSTART;VALUE=DATE:${start}`, `RRULE:${rule}`)).blocks.map(({ from }) => from);
  expect(starts('20270131', 'FREQ=MONTHLY;COUNT=3;')).toEqual(['2027-01-31', '2027-03-31', '2027-05-31']);
  expect(starts('20270129', 'FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270401')).toEqual([
    '2027-01-29',
    '2027-02-26',
    '2027-03-26',
  ]);
  expect(starts('19991224', 'FREQ=YEARLY')).toEqual(['2027-12-24', '2028-12-24']);
  expect(starts('20160229', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1')).toEqual(['2027-02-28', '2028-02-29']);
  expect(starts('20270201', 'FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270208T000000Z')).toEqual([
    '2027-02-01',
    '2027-02-03',
    '2027-02-08',
  ]);
});

test('rules without end stop at the horizon, and rules for seconds at 1,000', () => {
  expect(spans(imported(event('DTSTART;VALUE=DATE:19800101', 'RRULE:FREQ=DAILY')))).toEqual([
    `${today} 2029-01-14`,
  ]);
  const weekly = imported(event('DTSTART;VALUE=DATE:20200106', 'RRULE:FREQ=WEEKLY'));
  expect(weekly.blocks).toHaveLength(104);
  for (const freq of ['SECONDLY', 'MINUTELY']) {
    const result = within(1_000, () =>
      imported(event('DTSTART:20270201T220000', 'DURATION:PT8H', `RRULE:FREQ=${freq}`)),
    );
    expect(counted(result)).toEqual({ cut: 1 });
    expect(result.blocks[0]?.from).toBe('2027-02-01');
  }
});

test('a rule that ends at an instant ends at that moment on its own wall', () => {
  const until = (end: string) =>
    imported(
      event(
        'DTSTART;TZID=Asia/Tokyo:20270201T010000',
        'DURATION:PT23H',
        `RRULE:FREQ=DAILY;INTERVAL=7;UNTIL=${end}`,
      ),
    ).blocks.map(({ from }) => from);
  // 01:00 in Tokyo is 16:00 UTC on the day before, and 17:00 in Oslo.
  const all = ['2027-01-31', '2027-02-07', '2027-02-14'];
  expect(until('20270214T160000Z')).toEqual(all);
  expect(until('20270214T155959Z')).toEqual(all.slice(0, 2));
  expect(until('20270215T010000')).toEqual(all);
  expect(until('20270215T005959')).toEqual(all.slice(0, 2));
  expect(until('20270215')).toEqual(all);
});

test('a rule that began long ago, or is rarely or never true, costs little more than another', () => {
  const old = ['DTSTART;VALUE=DATE:19800101', 'RRULE:FREQ=DAILY'];
  const rare = ['DTSTART;VALUE=DATE:20270201', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TU'];
  for (const lines of [old, rare]) {
    const feed = new Array<string>(30).fill(event(...lines));
    const result = imported(...feed);
    expect(counted(result)).toEqual({});
    expect(nights(result)).toContain('2028-02-29');
  }
  const never = ['FREQ=MONTHLY;INTERVAL=480;BYDAY=5TU', 'FREQ=HOURLY', 'FREQ=SECONDLY;BYMONTH=12'];
  for (const rule of never) {
    const feed = new Array<string>(30).fill(event('DTSTART;VALUE=DATE:20270201', `RRULE:${rule}`));
    expect(counted(imported(...feed)), rule).toEqual({ broken: 30 });
  }
});

test('a rule that is not understood whole is not followed in part', () => {
  const day = 'DTSTART;VALUE=DATE:20270201';
  const hour = 'DTSTART:20270201T150000Z';
  for (const [start, rule] of [
    [day, 'FREQ=YEARLY;BYWEEKNO=20'],
    [day, 'FREQ=YEARLY;RSCALE=CHINESE'],
    [day, 'FREQ=DAILY;ITERATOR=1'],
    [day, 'FREQ=DAILY;COUNT=0'],
    [day, 'FREQ=DAILY;COUNT=-1'],
    [day, 'FREQ=DAILY;COUNT=many'],
    [day, 'FREQ=DAILY;INTERVAL=1001'],
    [day, 'FREQ=HOURLY'],
    [day, 'FREQ=SECONDLY;COUNT=2'],
    [hour, 'FREQ=FORTNIGHTLY'],
    [hour, 'COUNT=2'],
    [hour, 'FREQ=DAILY;UNTIL=soon'],
    [hour, 'FREQ=DAILY;BYDAY=XX'],
  ] as const) {
    const result = imported(event(start, 'DURATION:P1D', `RRULE:${rule}`));
    expect(result.blocks, rule).toEqual([]);
    expect(counted(result), rule).toEqual({ broken: 1 });
  }
});

test('rules that never come true, or only after endless searching, cost the event and not the feed', {
  timeout: BUSY_MS,
}, () => {
  const rules = [
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31',
    'FREQ=SECONDLY;BYMONTH=12',
    'FREQ=HOURLY;BYDAY=1MO;BYMONTHDAY=31;BYMONTH=4',
    'FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=366',
    'FREQ=MONTHLY;INTERVAL=480;BYDAY=5TU',
    'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2',
    'FREQ=YEARLY;BYMONTH=4;BYDAY=1MO;BYMONTHDAY=15',
    'FREQ=YEARLY;BYWEEKNO=53',
    'FREQ=YEARLY;BYYEARDAY=366;INTERVAL=999',
    'FREQ=DAILY;INTERVAL=999999999',
    'FREQ=DAILY;INTERVAL=1e9',
    'FREQ=DAILY;COUNT=999999999',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;COUNT=-1',
    'FREQ=DAILY;UNTIL=99999999T999999Z',
    'FREQ=HOURLY;BYHOUR=1,2,3;BYMINUTE=5;BYSECOND=59',
    'FREQ=NEVER',
    'RSCALE=CHINESE;FREQ=YEARLY',
    'ITERATOR=1;FREQ=DAILY',
    '__PROTO__=1;FREQ=DAILY',
    `FREQ=YEARLY;BYYEARDAY=${Array.from({ length: 366 }, (_, day) => day + 1)}`,
    '',
    'FREQ',
  ];
  const other = event('DTSTART;VALUE=DATE:20281001', 'DTEND;VALUE=DATE:20281003');
  for (const rule of rules) {
    for (const start of [
      'DTSTART;VALUE=DATE:20270201',
      'DTSTART:20270201T150000Z',
      'DTSTART;TZID=Asia/Tokyo:19700131T150000',
    ]) {
      const result = within(1_000, () => imported(event(start, 'DURATION:P1D', `RRULE:${rule}`), other));
      expectSound(result);
      expect(nights(result), rule).toContain('2028-10-02');
    }
  }
});

test('an event that cannot be read is counted and the rest is taken', () => {
  const good = event('DTSTART;VALUE=DATE:20270301', 'DTEND;VALUE=DATE:20270303');
  const broken = [
    event(),
    event('DTSTART;VALUE=DATE:20270230'),
    event('DTSTART;VALUE=DATE:00000000'),
    event('DTSTART:20270201T250000Z'),
    event('DTSTART:tomorrow'),
    event('DTSTART;VALUE=DATE'),
    event('DTSTART;VALUE=DATE:20270205', 'DTEND;VALUE=DATE:20270201'),
    event('DTSTART:20270205T100000Z', 'DURATION:-P1D'),
    event('DTSTART:20270205T100000Z', 'DURATION:P'),
    event('DTSTART:20270205T100000Z', 'DURATION:forever'),
    event('DTSTART;VALUE=DATE:20270205', 'EXDATE:never'),
    event('DTSTART;X="y:20270205'),
    event(`DTSTART;${'x=;'.repeat(500)}:20270205`),
    event('DTSTART:20270205T100000Z', `RDATE:${'9'.repeat(70_000)}`),
    'BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270205',
  ];
  for (const text of broken) {
    const result = imported(good, text, good);
    expect(spans(result), text.slice(0, 80)).toEqual(['2027-03-01 2027-03-03']);
    expect(counted(result), text.slice(0, 80)).toEqual({ broken: 1 });
  }
});

test('what an alarm inside an event says is not taken for the event’s', () => {
  const alarm = [
    'BEGIN:VALARM',
    'DURATION:P9D',
    'STATUS:CANCELLED',
    'BEGIN:X',
    'END:X',
    'DTEND:20270309',
    'END:VALARM',
  ];
  const result = imported(event('DTSTART;VALUE=DATE:20270301', ...alarm, 'DURATION:P2D'));
  expect(spans(result)).toEqual(['2027-03-01 2027-03-03']);
});

test('cancelled, transparent, past and far events take nothing and are counted', () => {
  const dates = ['DTSTART;VALUE=DATE:20270301', 'DTEND;VALUE=DATE:20270303'];
  expect(counted(imported(event(...dates, 'STATUS:cancelled')))).toEqual({ cancelled: 1 });
  expect(counted(imported(event(...dates, 'TRANSP:TRANSPARENT')))).toEqual({ transparent: 1 });
  expect(spans(imported(event(...dates, 'STATUS:TENTATIVE')))).toHaveLength(1);
  expect(counted(imported(event('DTSTART;VALUE=DATE:20270101', 'DTEND;VALUE=DATE:20270115')))).toEqual({
    past: 1,
  });
  expect(counted(imported(event('DTSTART;VALUE=DATE:20290114')))).toEqual({ beyond: 1 });
  expect(spans(imported(event('DTSTART;VALUE=DATE:20290113')))).toEqual(['2029-01-13 2029-01-14']);
  expect(spans(imported(event('DTSTART;VALUE=DATE:19800101', 'DTEND;VALUE=DATE:99980101')))).toEqual([
    `${today} 2029-01-14`,
  ]);
  expect(spans(imported(event('DTSTART;VALUE=DATE:20270201', 'DURATION:P99999999999999999999D')))).toEqual([
    '2027-02-01 2029-01-14',
  ]);
});

test('what is not a whole calendar is refused, so that no night is freed by half a file', () => {
  const page = '<!doctype html><title>Log in</title>';
  const utf16 = new Uint8Array(Buffer.from(`\ufeff${calendar()}`, 'utf16le'));
  for (const text of [
    '',
    ' \r\n',
    page,
    '{}',
    `${page}${calendar()}`,
    'BEGIN:VCARD\r\nEND:VCARD',
    utf16,
    new Uint8Array(64),
  ]) {
    expect(refusalOf(text)).toBe('ical.not_a_calendar');
  }
  const whole = new TextDecoder().decode(goldenBytes('airbnb.ics'));
  const end = whole.lastIndexOf('END:VCALENDAR');
  for (let at = whole.indexOf('\n') + 1; at <= end; at += 7) {
    expect(refusalOf(whole.slice(0, at))).toBe('ical.incomplete');
  }
});

test('files that are too large, too long or too intricate are refused at once', { timeout: BUSY_MS }, () => {
  const large = new Uint8Array(10_000_000).fill(65);
  expect(within(500, () => refusalOf(large))).toBe('ical.too_large');
  expect(within(500, () => refusalOf('A'.repeat(10_000_000)))).toBe('ical.too_large');
  expect(refusalOf('ø'.repeat(600_000))).toBe('ical.too_large');
  const many = (count: number) =>
    calendar(...new Array<string>(count).fill(event('DTSTART;VALUE=DATE:20270301')));
  expect(within(1_000, () => refusalOf(many(100_000)))).toBe('ical.too_large');
  expect(within(1_000, () => refusalOf(calendar('BEGIN:VEVENT\r\nEND:VEVENT\r\n'.repeat(30_000))))).toBe(
    'ical.too_many_events',
  );
  expect(refusalOf(many(1_001))).toBe('ical.too_many_events');
  expect(refusalOf(many(1_000))).toBeNull();
  const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'].flatMap((day) => [`5${day}`, `-5${day}`]);
  const intricate = event('DTSTART;VALUE=DATE:20270101', `RRULE:FREQ=MONTHLY;BYDAY=${days}`);
  expect(within(3_000, () => refusalOf(calendar(...new Array<string>(1_000).fill(intricate))))).toBe(
    'ical.too_complex',
  );
});

test('a megabyte of anything is read in a moment', { timeout: BUSY_MS }, () => {
  const fill = (unit: string) => unit.repeat(Math.floor(1_000_000 / Buffer.byteLength(unit)));
  const numbered = (unit: string) =>
    Array.from({ length: 20_000 }, (_, index) => unit.replace('#', String(index)));
  const start = 'DTSTART;VALUE=DATE:20270301';
  for (const text of [
    calendar(event(start, `DESCRIPTION:${fill('x')}`)),
    calendar(event(start, `DESCRIPTION:${fill('æøå\r\n ')}`)),
    calendar(event(start, fill('BEGIN:VALARM\r\n'))),
    calendar(event(start), fill('BEGIN:X\r\n')),
    calendar(fill('BEGIN:VCALENDAR\r\n')),
    calendar(event(start, `EXDATE:${fill('20270301,')}20270301`)),
    calendar(event(start, fill('EXDATE;VALUE=DATE:20270301\r\n'))),
    calendar(event(start, fill('RDATE;TZID=Asia/Tokyo:20270301T100000\r\n'))),
    calendar(event(start, fill('RRULE:FREQ=DAILY\r\n'))),
    calendar(event(start, `ATTENDEE${fill(';x="y:z"')}:mailto:a`)),
    calendar(event(`DTSTART${fill(';x="y:z"')}:20270301`)),
    calendar(event(`DTSTART;x=":"${fill(';x=y')}:20270301`)),
    calendar(event(`DTSTART;x=${fill('"')}:20270301`)),
    calendar(event(start, fill('EXDATE;TZID=Nowhere/City:20270301T100000\r\n'))),
    calendar(event(start, ...numbered('EXDATE;TZID=Nowhere/C#:20270301T100000'))),
    calendar(event(start, `RRULE:FREQ=MONTHLY;BYDAY=${fill('1MO,')}1MO`)),
    calendar(event(start, `RRULE:FREQ=DAILY;${fill('COUNT=1;')}`)),
    calendar(event(start, fill('\r\n'))),
    calendar(event(start, fill('\r'))),
    calendar(event(start, fill('\u0000'))),
    calendar(event(start, `UID:${fill('\\,')}`)),
  ]) {
    expect(Buffer.byteLength(text)).toBeGreaterThan(800_000);
    expect(within(2_500, () => refusalOf(text))).not.toBe('ical.too_large');
  }
});

test('lines are joined again even where the fold fell inside a letter, and other line ends are read', () => {
  const text = calendar(
    event('DTSTART;VALUE=DATE:20270301', 'DTEND;VALUE=DATE:20270303').replace('UID:a', 'UID:sjø-海'),
  );
  const bytes = new TextEncoder().encode(text);
  const at = bytes.indexOf(0xc3) + 1;
  const folded = new Uint8Array([...bytes.slice(0, at), 13, 10, 32, ...bytes.slice(at)]);
  expect(importCalendar(folded, oslo).blocks).toEqual([
    { uid: 'sjø-海', from: '2027-03-01', to: '2027-03-03' },
  ]);
  const dates = calendar(event('DTSTA\r\n RT;VALUE\r\n\t=DATE:2027\r\n 0301'));
  for (const variant of [
    dates,
    dates.replaceAll('\r\n', '\n'),
    `\ufeff${dates}`,
    `\r\n\r\n${dates}`,
    dates.toLowerCase(),
  ]) {
    expect(spans(importCalendar(variant, oslo))).toEqual(['2027-03-01 2027-03-02']);
  }
});

test('bytes that are no text spoil at most what they stand in', () => {
  const bytes = new TextEncoder().encode(calendar(event('SUMMARY:????', 'DTSTART;VALUE=DATE:20270301')));
  const spoilt = bytes.map((byte) => (byte === 63 ? 0xff : byte));
  expect(spans(importCalendar(spoilt, oslo))).toEqual(['2027-03-01 2027-03-02']);
});

test('whatever happens to a file on its way, it ends in blocks that make sense or in a named refusal', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(40)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...goldenNames), damage, (name, wounds) => {
      let bytes = [...goldenBytes(name)];
      for (const [place, byte, length] of wounds) {
        const at = place % bytes.length;
        bytes =
          place % 2
            ? bytes.toSpliced(at, length, byte)
            : bytes.toSpliced(at, 0, ...bytes.slice(at, at + length));
      }
      const source = Uint8Array.from(bytes);
      if (refusalOf(source) !== null) return;
      const result = importCalendar(source, oslo);
      expectSound(result);
      expect(importCalendar(source, oslo)).toEqual(result);
    }),
    { numRuns: 300 },
  );
});

test('a uid is kept whole up to 255 characters, and made from the date where there is none', () => {
  const uid = (line: string) =>
    imported(event('DTSTART;VALUE=DATE:20270201').replace('UID:a', line)).blocks[0]?.uid;
  expect(uid(`UID:${'a'.repeat(300)}`)).toBe('a'.repeat(255));
  expect(uid('UID:a\\,b@c')).toBe('a,b@c');
  for (const line of ['UID:', 'UID: ', 'X-NO:1'])
    expect(uid(line)).toBe('without-uid-2027-02-01T00:00:00.000Z');
});

test('a leap second and a day that a short file forgot to call one are read', () => {
  expect(spans(imported(event('DTSTART:20270201T225960Z', 'DURATION:P1D')))).toEqual([
    '2027-02-01 2027-02-02',
  ]);
  expect(spans(imported(event('DTSTART:20270201', 'DTEND:20270202')))).toEqual(['2027-02-01 2027-02-02']);
  expect(counted(imported(event('DTSTART;VALUE=DATE:19691231', 'DTEND;VALUE=DATE:20280101')))).toEqual({
    broken: 1,
  });
});

test('a time zone is found in the longer names that programs give it, and an unknown one is the property’s', () => {
  const night = (tzid: string) =>
    spans(imported(event(`DTSTART;TZID=${tzid}:20270201T200000`, 'DURATION:PT30H')));
  for (const tzid of [
    'America/New_York',
    '/mozilla.org/20050126_1/America/New_York',
    '/x/America/New_York',
  ]) {
    expect(night(tzid)).toEqual(['2027-02-02 2027-02-03']);
  }
  expect(night('/x/America/Argentina/Buenos_Aires')).toEqual(['2027-02-02 2027-02-03']);
  for (const tzid of ['Romance Standard Time', 'Nowhere/City', '+0500']) {
    expect(night(tzid)).toEqual(['2027-02-01 2027-02-03']);
  }
});

test('events that overlap take each night once, under the uid of the first', () => {
  const named = (uid: string, from: string, to: string) =>
    event(`DTSTART;VALUE=DATE:${from}`, `DTEND;VALUE=DATE:${to}`).replace('UID:a', `UID:${uid}`);
  const feed = [
    named('c', '20270310', '20270312'),
    named('b', '20270303', '20270308'),
    named('a', '20270301', '20270305'),
  ];
  const expected = [
    { uid: 'a', from: '2027-03-01', to: '2027-03-08' },
    { uid: 'c', from: '2027-03-10', to: '2027-03-12' },
  ];
  expect(imported(...feed).blocks).toEqual(expected);
  expect(imported(...feed.toReversed()).blocks).toEqual(expected);
});

test('nothing that describes a guest is kept', () => {
  const text = JSON.stringify(goldenNames.map((name) => importCalendar(goldenBytes(name), oslo)));
  for (const word of ['Reserved', 'Phone', 'Family', 'Cottage', 'https']) expect(text).not.toContain(word);
});
