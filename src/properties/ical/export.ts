import ICAL from 'ical.js';
import { toInstant } from '../../kernel/clock.ts';
import { assert } from '../../kernel/errors.ts';
import { compareNights, type Night } from '../../kernel/stay.ts';

export type CalendarBlock = {
  /** Stable for as long as the block exists: other platforms know it by this. */
  readonly uid: string;
  readonly from: Night;
  /** The first night that is free again. */
  readonly to: Night;
  readonly kind: 'booked' | 'blocked';
};

export type CalendarToExport = {
  readonly propertyId: string;
  readonly name: string;
  readonly blocks: readonly CalendarBlock[];
  /** When what the calendar says last changed, not when it is asked for: the same calendar gives the same bytes. */
  readonly changedAtMs: number;
  /** Grows with every change. */
  readonly sequence: number;
};

const PRODID = '-//Roost//Calendar 1.0//EN';
const REFRESH = 'PT30M';
const SUMMARIES = { booked: 'Booked', blocked: 'Not available' } as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a line of a calendar may not hold them
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f]/g;
// ical.js doesn't count the blank that begins a folded line, and RFC 5545 allows 75 bytes with it.
ICAL.foldLength = 74;

type Property = [name: string, parameters: object, type: string, value: string | number];

export function exportCalendar(calendar: CalendarToExport): string {
  const { propertyId, name, blocks, changedAtMs, sequence } = calendar;
  const title = escaped(clean(name));
  const changedAt = `${toInstant(changedAtMs).slice(0, 19)}Z`;
  const properties: Property[] = [
    ['version', {}, 'text', '2.0'],
    ['prodid', {}, 'text', PRODID],
    ['calscale', {}, 'text', 'GREGORIAN'],
    ['uid', {}, 'text', clean(propertyId)],
    ['name', {}, 'unknown', title],
    ['x-wr-calname', {}, 'unknown', title],
    ['refresh-interval', {}, 'duration', REFRESH],
    ['x-published-ttl', {}, 'unknown', REFRESH],
  ];
  const events = [...blocks].sort(byNight).map(({ uid, from, to, kind }) => {
    assert(from < to, 'a block has a night');
    const event: Property[] = [
      ['uid', {}, 'text', clean(uid)],
      ['dtstamp', {}, 'date-time', changedAt],
      ['sequence', {}, 'integer', sequence],
      ['dtstart', {}, 'date', from],
      ['dtend', {}, 'date', to],
      ['summary', {}, 'text', SUMMARIES[kind]],
      ['status', {}, 'text', 'CONFIRMED'],
      ['transp', {}, 'text', 'OPAQUE'],
    ];
    return ['vevent', event, []];
  });
  return ICAL.stringify(['vcalendar', properties, events]);
}

const byNight = (a: CalendarBlock, b: CalendarBlock) =>
  compareNights(a.from, b.from) || compareNights(a.to, b.to) || (a.uid < b.uid ? -1 : 1);

const clean = (text: string) => text.toWellFormed().replace(CONTROLS, ' ');

/** ical.js escapes only the properties that it knows. */
const escaped = (text: string) =>
  text.replace(/[\\;,\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
