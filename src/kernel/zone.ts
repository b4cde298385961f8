import { create, toZonedDateTime } from 'temporal-polyfill/fns/PlainDateTime';
import { type Night, nightOfDay } from './stay.ts';
import { z } from './zod.ts';

/** Between a property's wall clock and instants. The zone's history and future come from the runtime. */
export type LocalTime = `${number}:${number}`;

const MAX_ZONE_LENGTH = 64;
/** A formatter is tens of kilobytes, so an isolate keeps only the zones that it is asked for lately. */
const MAX_FORMATTERS = 100;
const MAX_INSTANTS = 1_000;
// Every name in the IANA data looks so; `Intl` would also take other cases and bare offsets like +03:00.
const ZONE_NAME = /^[A-Z][\w+-]*(\/[A-Z][\w+-]*){0,2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const MS_PER_DAY = 86_400_000;

const formatters = new Map<string, Intl.DateTimeFormat>();
const instants = new Map<string, number>();

export function isTimeZone(name: string): boolean {
  if (name.length > MAX_ZONE_LENGTH || !ZONE_NAME.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * The instant, in epoch milliseconds, at which the wall clock shows `time` on the day of `night`. A time
 * that happens twice, when clocks go back, is the first of the two; one that is skipped, when they go
 * forward, is read with the offset from before the jump: 02:30 becomes 03:30.
 */
export function localToInstant(night: Night, time: LocalTime, zone: string): number {
  const key = `${night} ${time} ${zone}`;
  return instants.get(key) ?? keep(instants, MAX_INSTANTS, key, toInstant(night, time, zone));
}

function toInstant(night: Night, time: LocalTime, zone: string): number {
  const [year = 0, month = 0, day = 0] = night.split('-').map(Number);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const local = create(year, month, day, hour, minute);
  return toZonedDateTime(local, zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

type Shown = { readonly night: Night; readonly hour: number; readonly minute: number };
/** As of one second, by zone: many places are asked about at once. */
const walls = new Map<string, Shown>();
let wallSecond = 0;

/** What the calendar and the clock on the property's wall show. To format costs as much as all other rules. */
export function nightAt(instantMs: number, zone: string): Shown {
  const second = Math.floor(instantMs / 1_000);
  if (second !== wallSecond || walls.size > MAX_FORMATTERS) walls.clear();
  wallSecond = second;
  const known = walls.get(zone);
  if (known) return known;
  const shown = readWall(instantMs, zone);
  walls.set(zone, shown);
  return shown;
}

function readWall(instantMs: number, zone: string): Shown {
  const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0 };
  for (const { type, value } of formatterOf(zone).formatToParts(instantMs)) {
    if (type in shown) shown[type as keyof typeof shown] = Number(value);
  }
  const { year, month, day, hour, minute } = shown;
  return { night: nightOfDay(Date.UTC(year, month - 1, day) / MS_PER_DAY), hour, minute };
}

export const timeZone = z
  .string()
  .max(MAX_ZONE_LENGTH)
  .regex(ZONE_NAME, { message: 'must look like Africa/Nairobi', abort: true })
  .refine(isTimeZone, {
    message: 'must be the name of a time zone in the IANA database',
    params: { code: 'unknown_time_zone' },
  })
  .openapi({ example: 'Africa/Nairobi' });

export const localTime = z
  .string()
  .regex(TIME, { message: 'must be a time from 00:00 to 23:59' })
  .openapi({ example: '15:00' }) as unknown as z.ZodType<LocalTime, string>;

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return keep(formatters, MAX_FORMATTERS, zone, formatter);
}

/** The oldest makes room. */
function keep<T>(known: Map<string, T>, max: number, key: string, value: T): T {
  const [oldest] = known.keys();
  if (known.size >= max && oldest !== undefined) known.delete(oldest);
  known.set(key, value);
  return value;
}
