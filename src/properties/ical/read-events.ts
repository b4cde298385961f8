import ICAL from 'ical.js';
import { CalendarIncomplete, CalendarTooLarge, NotACalendar, TooManyEvents } from './errors.ts';

// Some feeds leave out VALUE=DATE, and a day is still a day.
ICAL.design.strict = false;

/** One property of an event, as ical.js reads it. */
export type Property = {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly type: string;
  readonly values: readonly unknown[];
};

/** `null` stands for an event that cannot be read. */
export type RawEvent = readonly Property[] | null;

export const MAX_CALENDAR_BYTES = 1024 * 1024;
const MAX_EVENTS = 1_000;
/** What decides which nights are taken. Titles, texts and guests' names in the file are not looked at. */
const READ = /^(UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|STATUS|TRANSP)(?=[;:])/i;
/** ical.js searches the rest of the line again for each parameter, so there may not be many. */
const MAX_HEAD_CHARACTERS = 512;
const HEAD = /^[\w-]+(?:;[\w-]+=(?:"[^"]*"|[^":;])*)*:/;
const BOUNDARY = /^(BEGIN|END):\s*([\w-]+)\s*$/i;

/**
 * Cuts the file into its events and gives each to ical.js alone, so that one that is broken spoils no other
 * and what is nested however deeply is only counted.
 */
export function readEvents(source: string | Uint8Array): RawEvent[] {
  const lines = unfold(toBytes(source));
  if (!/^BEGIN:\s*VCALENDAR\s*$/i.test(lines.find((line) => line.trim() !== '') ?? '')) throw NotACalendar();

  const events: RawEvent[] = [];
  let isInside = false;
  let event: string[] | null = null;
  let depth = 0;
  const finish = (read: RawEvent) => {
    if (events.push(read) > MAX_EVENTS) throw TooManyEvents();
    event = null;
  };
  for (const line of lines) {
    const [, edge, name] = BOUNDARY.exec(line) ?? [];
    const component = name?.toUpperCase();
    if (edge === undefined) {
      if (event !== null && depth === 0 && READ.test(line)) (event as string[]).push(line);
    } else if (component === 'VCALENDAR' || component === 'VEVENT') {
      const isEnd = edge.toUpperCase() === 'END';
      if (event !== null) finish(isEnd && component === 'VEVENT' ? parse(event) : null);
      if (component === 'VCALENDAR') isInside = !isEnd;
      else if (!isEnd) event = [];
      depth = 0;
    } else {
      depth = Math.max(0, depth + (edge.toUpperCase() === 'BEGIN' ? 1 : -1));
    }
  }
  if (isInside) throw CalendarIncomplete();
  return events;
}

function toBytes(source: string | Uint8Array): Uint8Array {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  if (bytes.length > MAX_CALENDAR_BYTES) throw CalendarTooLarge();
  return bytes;
}

const LF = 10;
const CR = 13;
const isBlank = (byte: number | undefined) => byte === 32 || byte === 9;

/** On bytes, because a fold may fall inside a character. */
function unfold(bytes: Uint8Array): string[] {
  const kept = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const isReturn = byte === CR && bytes[at + 1] === LF;
    const end = isReturn ? at + 1 : at;
    if (bytes[end] === LF && isBlank(bytes[end + 1])) at = end + 1;
    else if (!isReturn) kept[length++] = byte;
  }
  return new TextDecoder().decode(kept.subarray(0, length)).split(/[\n\r]/);
}

function parse(lines: readonly string[]): RawEvent {
  if (!lines.every((line) => HEAD.test(line.slice(0, MAX_HEAD_CHARACTERS)))) return null;
  try {
    const [, properties] = ICAL.parse(`BEGIN:VEVENT\r\n${lines.join('\r\n')}\r\nEND:VEVENT`) as JCal;
    return properties.map(([name, parameters, type, ...values]) => ({ name, parameters, type, values }));
  } catch {
    return null;
  }
}

type JCal = [
  name: string,
  properties: [name: string, parameters: Record<string, unknown>, type: string, ...values: unknown[]][],
];
