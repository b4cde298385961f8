import { expect, test } from 'vitest';
import { exportCalendar, importCalendar } from '../../../src/properties/ical/index.ts';

const texts = import.meta.glob<string>('./golden/*.ics', { query: '?raw', import: 'default', eager: true });
const results = import.meta.glob<{ blocks: unknown }>('./golden/*.json', { import: 'default', eager: true });
const oslo = { today: '2027-01-15', zone: 'Europe/Oslo' } as const;

test('the runtime reads every platform’s file as Node does, time zones included', () => {
  expect(Object.keys(texts).length).toBeGreaterThanOrEqual(8);
  for (const [path, text] of Object.entries(texts)) {
    expect(importCalendar(text, oslo).blocks, path).toEqual(results[path.replace('.ics', '.json')]?.blocks);
  }
});

test('the runtime writes what it reads', () => {
  const block = { uid: 'bkg_1', from: '2027-03-01', to: '2027-03-04' } as const;
  const blocks = [{ ...block, kind: 'booked' as const }];
  const text = exportCalendar({ propertyId: 'prp_1', name: '海の家', blocks, changedAtMs: 0, sequence: 1 });
  expect(importCalendar(text, oslo).blocks).toEqual([block]);
});

test('a rule without end comes to an end here too', () => {
  const rule =
    'BEGIN:VEVENT\r\nDTSTART:20270201T220000Z\r\nDURATION:PT8H\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT';
  const { skipped } = importCalendar(`BEGIN:VCALENDAR\r\n${rule}\r\nEND:VCALENDAR\r\n`, oslo);
  expect(skipped.cut).toBe(1);
});
