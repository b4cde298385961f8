import { expect, it } from 'vitest';
import { openSandbox } from './ground.ts';

const { call, restart } = openSandbox();
const CALENDAR = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n';
const AT = '/sandbox/feeds/lake-house.ics';
const put = (text: string, type = 'text/calendar', at = AT) =>
  call('PUT', at, text, { 'content-type': type });

it('gives the calendar that was put there, also after a restart, and says when it is the same', async () => {
  expect((await put(CALENDAR, 'text/calendar; charset=utf-8')).status).toBe(204);
  await restart();
  const first = await call('GET', AT);
  expect(first.status).toBe(200);
  expect(first.text).toBe(CALENDAR);
  expect(first.headers.get('content-type')).toBe('text/calendar; charset=utf-8');

  const tag = { 'if-none-match': first.headers.get('etag') as string };
  await put(CALENDAR);
  expect((await call('GET', AT, undefined, tag)).status).toBe(304);
  await put(`${CALENDAR}\r\n`);
  const changed = await call('GET', AT, undefined, tag);
  expect([changed.status, changed.text]).toEqual([200, `${CALENDAR}\r\n`]);
});

it('has no calendar that nobody put there, and none that was taken away', async () => {
  await put(CALENDAR);
  expect((await call('DELETE', AT)).status).toBe(204);
  expect((await call('GET', AT)).status).toBe(404);
  for (const path of [
    '/sandbox/feeds/',
    '/sandbox/feeds/UPPER.ics',
    '/sandbox/feeds/a/b.ics',
    '/sandbox/feeds/a',
  ]) {
    expect((await call('GET', path)).status, path).toBe(404);
  }
});

it('takes nothing but calendars, of a bounded size', async () => {
  expect((await put(CALENDAR, 'text/html')).status).toBe(415);
  expect((await put('x'.repeat(256 * 1024 + 1))).status).toBe(413);
  expect((await call('POST', AT, {})).headers.get('allow')).toBe('GET, PUT, DELETE');
  expect((await call('GET', AT)).status).toBe(404);
});
