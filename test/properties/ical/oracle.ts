import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';

/** Events of a feed, and by brute force the nights that they take: day after day, with Temporal's calendar. */
export type Drawn = {
  uid: string;
  kind: 'date' | 'floating' | 'utc' | 'zoned';
  zone: string;
  start: Temporal.PlainDateTime;
  nights: number;
  /** Of the last day, in 30 minutes; whole days have none. */
  endSlot: number;
  as: 'dtend' | 'duration';
  rule: { freq: 'DAILY' | 'WEEKLY'; interval: number; days: number[]; count?: number; until?: number } | null;
  except: number[];
  state: 'opaque' | 'cancelled' | 'transparent';
};

export const PROPERTY_ZONES = [
  'Europe/Oslo',
  'America/New_York',
  'Africa/Nairobi',
  'Pacific/Kiritimati',
  'UTC',
];
export const TODAY = Temporal.PlainDate.from('2027-01-15');
export const HORIZON = 730;

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const basic = (time: { toString(): string }) => time.toString().replace(/[-:]/g, '');
const stamp = (time: Temporal.PlainDateTime) => basic(time.toString({ smallestUnit: 'second' }));

export const drawnEvent: fc.Arbitrary<Drawn> = fc
  .record({
    kind: fc.constantFrom('date', 'floating', 'utc', 'zoned'),
    zone: fc.constantFrom('America/Los_Angeles', 'Europe/Berlin', 'Asia/Tokyo', 'Australia/Lord_Howe'),
    day: fc.integer({ min: -900, max: 800 }),
    slot: fc.nat(47),
    nights: fc.integer({ min: 0, max: 12 }),
    endSlot: fc.nat(47),
    as: fc.constantFrom('dtend', 'duration'),
    rule: fc.option(
      fc.record({
        freq: fc.constantFrom('DAILY', 'WEEKLY'),
        interval: fc.integer({ min: 1, max: 9 }),
        days: fc.uniqueArray(fc.nat(6), { maxLength: 3 }),
        end: fc.oneof(
          fc.record({ count: fc.integer({ min: 1, max: 60 }) }),
          fc.record({ until: fc.integer({ min: 0, max: 400 }) }),
          fc.constant({}),
        ),
      }),
    ),
    except: fc.array(fc.nat(20), { maxLength: 4 }),
    state: fc.constantFrom('opaque', 'opaque', 'opaque', 'opaque', 'cancelled', 'transparent'),
    uid: fc.nat(1_000_000).map((number) => `drawn-${number}@platform`),
  })
  .map(({ day, slot, endSlot, rule, ...rest }) => {
    const date = TODAY.add({ days: day });
    const isDate = rest.kind === 'date';
    const start = date.toPlainDateTime().add({ minutes: isDate ? 0 : slot * 30 });
    // A rule that leaves its own beginning out means nothing, by the standard.
    const days = rule?.days.length ? [...new Set([...rule.days, start.dayOfWeek - 1])].sort() : [];
    return {
      ...rest,
      start,
      nights: isDate ? Math.max(1, rest.nights) : rest.nights,
      endSlot: isDate ? 0 : rest.nights === 0 ? Math.max(slot, endSlot) : endSlot,
      rule: rule && { freq: rule.freq, interval: rule.interval, days, ...rule.end },
    } as Drawn;
  });

const endOf = ({ start, nights, endSlot }: Drawn) =>
  start
    .toPlainDate()
    .add({ days: nights })
    .toPlainDateTime()
    .add({ minutes: endSlot * 30 });

export function toText(events: readonly Drawn[]): string {
  const lines = events.flatMap((event) => {
    const { uid, kind, zone, start, as, rule, state } = event;
    const write = (name: string, time: Temporal.PlainDateTime) => {
      if (kind === 'date') return `${name};VALUE=DATE:${basic(time.toPlainDate())}`;
      return `${name}${kind === 'zoned' ? `;TZID=${zone}` : ''}:${stamp(time)}${kind === 'utc' ? 'Z' : ''}`;
    };
    const minutes = start.until(endOf(event)).total('minutes');
    const span = kind === 'date' ? `DURATION:P${event.nights}D` : `DURATION:PT${minutes}M`;
    const rrule = rule && [
      `RRULE:FREQ=${rule.freq};INTERVAL=${rule.interval}`,
      ...(rule.days.length ? [`BYDAY=${rule.days.map((day) => DAYS[day])}`] : []),
      ...(rule.count === undefined ? [] : [`COUNT=${rule.count}`]),
      ...(rule.until === undefined ? [] : [`UNTIL=${basic(start.toPlainDate().add({ days: rule.until }))}`]),
    ];
    return [
      'BEGIN:VEVENT',
      write('DTSTART', start),
      as === 'dtend' ? write('DTEND', endOf(event)) : span,
      `UID:${uid}`,
      ...(rrule ? [rrule.join(';')] : []),
      ...(rule ? event.except.map((day) => write('EXDATE', start.add({ days: day }))) : []),
      ...(state === 'cancelled'
        ? ['STATUS:CANCELLED']
        : state === 'transparent'
          ? ['TRANSP:TRANSPARENT']
          : []),
      'END:VEVENT',
    ];
  });
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

export function takenNights(events: readonly Drawn[], propertyZone: string): Set<string> {
  const taken = new Set<string>();
  for (const event of events.filter(({ state }) => state === 'opaque')) {
    const { start, kind, zone } = event;
    const length = start.until(endOf(event), { largestUnit: 'minutes' });
    const here = (time: Temporal.PlainDateTime) => {
      if (kind === 'date' || kind === 'floating') return time.toPlainDate();
      return time
        .toZonedDateTime(kind === 'utc' ? 'UTC' : zone)
        .withTimeZone(propertyZone)
        .toPlainDate();
    };
    for (const time of occurrencesOf(event)) {
      const away = TODAY.until(time.toPlainDate(), { largestUnit: 'days' }).days;
      if (away < -20 || away > HORIZON + 2) continue;
      const end = here(time.add(length));
      for (
        let night = here(time);
        Temporal.PlainDate.compare(night, end) < 0;
        night = night.add({ days: 1 })
      ) {
        const index = TODAY.until(night, { largestUnit: 'days' }).days;
        if (index >= 0 && index < HORIZON) taken.add(night.toString());
      }
    }
  }
  return taken;
}

function occurrencesOf({ start, rule, except }: Drawn): Temporal.PlainDateTime[] {
  if (!rule) return [start];
  const { freq, interval, days, count = Number.POSITIVE_INFINITY, until = 1_800 } = rule;
  const weekday = start.dayOfWeek - 1;
  const weekdays = days.length > 0 ? days : freq === 'DAILY' ? [0, 1, 2, 3, 4, 5, 6] : [weekday];
  const found: Temporal.PlainDateTime[] = [];
  let counted = 0;
  for (let day = 0; day <= until && counted < count; day++) {
    const week = Math.floor((weekday + day) / 7);
    const isTurn = (freq === 'DAILY' ? day : week) % interval === 0;
    if (!isTurn || !weekdays.includes((weekday + day) % 7)) continue;
    counted++;
    if (!except.includes(day)) found.push(start.add({ days: day }));
  }
  return found;
}
