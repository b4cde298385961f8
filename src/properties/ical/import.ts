import ICAL from 'ical.js';
import { DAY, SECOND } from '../../kernel/clock.ts';
import { Refusal } from '../../kernel/errors.ts';
import { dayOfNight, type Night, nightOfDay } from '../../kernel/stay.ts';
import { CalendarTooComplex } from './errors.ts';
import { followRule, type Rule, type Window } from './follow-rule.ts';
import { type Property, type RawEvent, readEvents } from './read-events.ts';
import { createWalls, DATE, type Moment, type Walls } from './walls.ts';

export { MAX_CALENDAR_BYTES } from './read-events.ts';

/** Blocks in order, no night in two of them, none before today or beyond the horizon. */
export type ImportedCalendar = {
  readonly blocks: readonly ImportedBlock[];
  readonly skipped: Readonly<Record<Skip, number>>;
};

/** A repeating event gives several blocks with one uid; events that overlap give one, under the first's uid. */
export type ImportedBlock = { readonly uid: string; readonly from: Night; readonly to: Night };

/** Why an event gave no block. `cut` events gave some, but repeat more often than is followed. */
export type Skip = 'broken' | 'cancelled' | 'transparent' | 'past' | 'beyond' | 'empty' | 'cut';

const HORIZON_NIGHTS = 730;
/** About half a second of work, most of it in ical.js. */
const MAX_STEPS = 60_000;
const MAX_UID_CHARACTERS = 255;

type Span = { uid: string; from: number; to: number };

type Event = {
  readonly uid: string;
  readonly start: Moment;
  readonly lengthMs: number;
  readonly rules: readonly Rule[];
  readonly dates: readonly { start: Moment; lengthMs: number }[];
  readonly exceptions: readonly Moment[];
  readonly replaces: Moment | null;
  readonly skip: 'cancelled' | 'transparent' | null;
};

type Reading = { readonly walls: Walls; readonly spend: (steps: number) => void; readonly window: Window };

/**
 * The nights that another platform's calendar takes. An event takes the nights from the day on which it
 * begins to the day on which it ends, on the property's wall: one that ends at 11:00 leaves that night free.
 */
export function importCalendar(
  source: string | Uint8Array,
  { today, zone }: { today: Night; zone: string },
): ImportedCalendar {
  const skipped = { broken: 0, cancelled: 0, transparent: 0, past: 0, beyond: 0, empty: 0, cut: 0 };
  const firstDay = dayOfNight(today);
  const endDay = firstDay + HORIZON_NIGHTS;
  let steps = 0;
  const spend = (count: number) => {
    if ((steps += count) > MAX_STEPS) throw CalendarTooComplex();
  };
  // Two days wider than the nights, because on another wall it may be another day.
  const window = { fromMs: (firstDay - 2) * DAY, toMs: (endDay + 2) * DAY };
  const reading: Reading = { walls: createWalls(zone, spend), spend, window };

  const events = readEvents(source).flatMap((raw) => {
    const event = orNull(() => toEvent(raw, reading));
    if (event === null) skipped.broken++;
    return event === null ? [] : [event];
  });
  const replaced = Map.groupBy(
    events.filter(({ replaces }) => replaces !== null),
    ({ uid }) => uid,
  );

  const taken: Span[] = [];
  for (const event of events) {
    if (event.skip !== null) {
      skipped[event.skip]++;
      continue;
    }
    const moved = event.replaces
      ? []
      : (replaced.get(event.uid) ?? []).map(({ replaces }) => replaces as Moment);
    const found = orNull(() => toSpans(event, moved, reading));
    if (found === null) {
      skipped.broken++;
      continue;
    }
    if (found.isCut) skipped.cut++;
    const spans = found.spans.filter(({ from, to }) => from < to);
    const coming = spans.filter(({ to }) => to > firstDay);
    const inside = coming.filter(({ from }) => from < endDay);
    if (spans.length === 0) skipped.empty++;
    else if (coming.length === 0) skipped.past++;
    else if (inside.length === 0) skipped.beyond++;
    const clipped = inside.map(({ uid, from, to }) => ({
      uid,
      from: Math.max(from, firstDay),
      to: Math.min(to, endDay),
    }));
    taken.push(...merged(clipped));
  }
  const blocks = merged(taken).map(({ uid, from, to }) => ({
    uid,
    from: nightOfDay(from),
    to: nightOfDay(to),
  }));
  return { blocks, skipped };
}

/** What one event has wrong costs that event; a refusal is about the whole file. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return null;
  }
}

function toEvent(raw: RawEvent, { walls }: Reading): Event | null {
  const all = (name: string) => raw?.filter((property) => property.name === name) ?? [];
  const first = (name: string): Property | undefined => all(name)[0];
  const moments = (name: string) =>
    all(name).flatMap(({ values, parameters }) =>
      values.map((value) => must(walls.read(value, parameters.tzid))),
    );

  const [start] = moments('dtstart');
  if (start === undefined) return null;
  const [end] = moments('dtend');
  const duration = first('duration')?.values[0];
  const lengthMs = lengthOf(start, end, duration === undefined ? undefined : secondsOf(duration), walls);
  const status = String(first('status')?.values[0] ?? '')
    .trim()
    .toUpperCase();
  const transparency = String(first('transp')?.values[0] ?? '')
    .trim()
    .toUpperCase();
  return {
    uid: uidOf(first('uid')?.values[0], start),
    start,
    lengthMs,
    rules: all('rrule').map(({ values }) => values[0] as Rule),
    dates: all('rdate').flatMap((property) => datesOf(property, lengthMs, walls)),
    exceptions: moments('exdate'),
    replaces: moments('recurrence-id')[0] ?? null,
    skip: status === 'CANCELLED' ? 'cancelled' : transparency === 'TRANSPARENT' ? 'transparent' : null,
  };
}

function datesOf({ type, values, parameters: { tzid } }: Property, lengthMs: number, walls: Walls) {
  return values.map((value) => {
    if (type !== 'period') return { start: must(walls.read(value, tzid)), lengthMs };
    const [from, to] = value as [unknown, unknown];
    const start = must(walls.read(from, tzid));
    const end = walls.read(to, tzid);
    const seconds = end ? undefined : secondsOf(to);
    return { start, lengthMs: lengthOf(start, end ?? undefined, seconds, walls) };
  });
}

/** A whole-day event has a night even when it claims to end where it begins: calendars show it as that day. */
function lengthOf(start: Moment, end: Moment | undefined, seconds: number | undefined, walls: Walls): number {
  const lengthMs = end ? between(start, end, walls) : (seconds ?? 0) * SECOND;
  if (!(lengthMs >= 0)) throw new Error('An event ends before it begins');
  return start.frame === DATE ? Math.max(1, Math.ceil(lengthMs / DAY)) * DAY : lengthMs;
}

function between(start: Moment, end: Moment, walls: Walls): number {
  if (start.frame === end.frame || end.frame === DATE) return end.wallMs - start.wallMs;
  if (start.frame === DATE) return walls.dayOf(end) * DAY - start.wallMs;
  return walls.instantOf(end) - walls.instantOf(start);
}

function secondsOf(duration: unknown): number {
  if (!/^[+-]?P(\d+[WD])*(T(\d+[HMS])+)?$/.test(String(duration))) throw new Error('Not a duration');
  return ICAL.Duration.fromString(String(duration)).toSeconds();
}

function uidOf(value: unknown, { wallMs }: Moment): string {
  const uid = typeof value === 'string' ? value.trim().slice(0, MAX_UID_CHARACTERS).toWellFormed() : '';
  return uid === '' ? `without-uid-${new Date(wallMs).toISOString()}` : uid;
}

function toSpans(
  event: Event,
  moved: readonly Moment[],
  reading: Reading,
): { spans: Span[]; isCut: boolean } {
  const { uid, start, lengthMs, rules, dates } = event;
  const { walls, window, spend } = reading;
  const { frame } = start;
  // The rule of a replacement is that of the event which it replaces one occurrence of.
  const followed = (event.replaces ? [] : rules).map((rule) =>
    followRule(rule, start, lengthMs, untilOf(rule, start, walls), window, spend),
  );
  const own = new Set([start.wallMs, ...followed.flatMap(({ starts }) => starts)]);
  const occurrences = [
    ...[...own].map((wallMs) => ({ start: { wallMs, frame }, lengthMs })),
    ...(event.replaces ? [] : dates),
  ];
  const isExcepted = exceptionsOf([...event.exceptions, ...moved], start, walls);
  const spans = occurrences
    .filter((occurrence) => !isExcepted(occurrence.start))
    .map((occurrence) => ({ uid, ...daysOf(occurrence.start, occurrence.lengthMs, reading) }));
  return { spans, isCut: followed.some(({ isCut }) => isCut) };
}

/** Outside the window it is outside on every wall, and may be too far for the zone's tables. */
function daysOf(start: Moment, lengthMs: number, { walls, window }: Reading): { from: number; to: number } {
  const dayOf = (wallMs: number) =>
    wallMs >= window.fromMs && wallMs <= window.toMs
      ? walls.dayOf({ wallMs, frame: start.frame })
      : Math.floor(wallMs / DAY);
  return { from: dayOf(start.wallMs), to: dayOf(start.wallMs + lengthMs) };
}

/** Inclusive, on the wall of `start`. */
function untilOf({ until }: Rule, start: Moment, walls: Walls): number {
  if (until === undefined) return Number.POSITIVE_INFINITY;
  const last = must(walls.read(until, undefined));
  if (start.frame === DATE || last.frame === DATE) return (Math.floor(last.wallMs / DAY) + 1) * DAY - SECOND;
  if (!String(until).endsWith('Z')) return last.wallMs;
  return walls.onWall(last.wallMs, start.frame) + 59 * SECOND;
}

/** Of an exception that is a whole day, or to a whole day, only the day has to agree. */
function exceptionsOf(exceptions: readonly Moment[], { frame }: Moment, walls: Walls) {
  const dayOf = ({ wallMs }: Moment) => Math.floor(wallMs / DAY);
  const [byDay, byTime] = [new Set<number>(), exceptions.filter((moment) => moment.frame !== DATE)];
  for (const moment of exceptions) if (moment.frame === DATE || frame === DATE) byDay.add(dayOf(moment));
  const byWall = new Set(byTime.filter((moment) => moment.frame === frame).map(({ wallMs }) => wallMs));
  const elsewhere = frame === DATE ? [] : byTime.filter((moment) => moment.frame !== frame);
  const byInstant = new Set(elsewhere.map((moment) => walls.instantOf(moment)));
  return (start: Moment) =>
    byDay.has(dayOf(start)) ||
    (start.frame === frame && byWall.has(start.wallMs)) ||
    (byInstant.size > 0 && byInstant.has(walls.instantOf(start)));
}

/** Nights that are taken twice are taken once. Two events that only meet stay two. */
function merged(spans: readonly Span[]): Span[] {
  const order = (a: Span, b: Span) =>
    a.from - b.from || b.to - a.to || (a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0);
  const blocks: Span[] = [];
  for (const span of [...spans].sort(order)) {
    const last = blocks.at(-1);
    if (last && (span.from < last.to || (span.from === last.to && span.uid === last.uid))) {
      last.to = Math.max(last.to, span.to);
    } else {
      blocks.push({ ...span });
    }
  }
  return blocks;
}

function must<T>(value: T | null): T {
  if (value === null) throw new Error('Not a date');
  return value;
}
