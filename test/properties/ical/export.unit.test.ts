import { expect, test } from 'vitest';
import { type CalendarBlock, exportCalendar } from '../../../src/properties/ical/index.ts';

const blocks: CalendarBlock[] = [
  { uid: 'bkg_2', from: '2027-03-10', to: '2027-03-12', kind: 'booked' },
  { uid: 'blk_1', from: '2027-02-01', to: '2027-02-04', kind: 'blocked' },
];
const calendar = {
  propertyId: 'prp_1',
  name: 'Hytte',
  blocks,
  changedAtMs: Date.UTC(2027, 0, 15, 12),
  sequence: 3,
};
const lines = (text: string) => text.replaceAll('\r\n ', '').split('\r\n');

test('a calendar is written as other platforms read it', () => {
  expect(lines(exportCalendar(calendar))).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Roost//Calendar 1.0//EN',
    'CALSCALE:GREGORIAN',
    'UID:prp_1',
    'NAME:Hytte',
    'X-WR-CALNAME:Hytte',
    'REFRESH-INTERVAL;VALUE=DURATION:PT30M',
    'X-PUBLISHED-TTL:PT30M',
    'BEGIN:VEVENT',
    'UID:blk_1',
    'DTSTAMP:20270115T120000Z',
    'SEQUENCE:3',
    'DTSTART;VALUE=DATE:20270201',
    'DTEND;VALUE=DATE:20270204',
    'SUMMARY:Not available',
    'STATUS:CONFIRMED',
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:bkg_2',
    'DTSTAMP:20270115T120000Z',
    'SEQUENCE:3',
    'DTSTART;VALUE=DATE:20270310',
    'DTEND;VALUE=DATE:20270312',
    'SUMMARY:Booked',
    'STATUS:CONFIRMED',
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
});

test('the same calendar gives the same bytes, in whatever order its blocks come', () => {
  const text = exportCalendar(calendar);
  expect(exportCalendar({ ...calendar, blocks: blocks.toReversed() })).toBe(text);
  expect(exportCalendar({ ...calendar, sequence: 4 })).not.toBe(text);
});

test('no line is longer than 75 bytes, no letter is cut, and a name cannot add a line', () => {
  const name = '海の家🏠"a";b,c\\d\r\nBEGIN:VEVENT\r\nUID:x\u0000\ud800'.repeat(9);
  const text = exportCalendar({ ...calendar, name });
  for (const line of text.split('\r\n'))
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  for (const character of '\r\n\u0000\ud800') expect(text.replaceAll('\r\n', '')).not.toContain(character);
  expect(
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new TextEncoder().encode(text)),
  ).toBe(text);
  expect(lines(text).filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(2);
  expect(lines(text)[6]).toContain('X-WR-CALNAME:海の家🏠"a"\\;b\\,c\\\\d \\nBEGIN:VEVENT');
});

test('a block without a night is a mistake of ours and is not published', () => {
  const empty: CalendarBlock = { uid: 'x', from: '2027-02-01', to: '2027-02-01', kind: 'blocked' };
  expect(() => exportCalendar({ ...calendar, blocks: [empty] })).toThrow('a block has a night');
});
