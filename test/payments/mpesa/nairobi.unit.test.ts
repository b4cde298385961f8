import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localToInstant, nightAt } from '../../../src/kernel/zone.ts';
import { fromNairobiTimestamp, toNairobiTimestamp } from '../../../src/payments/mpesa/nairobi.ts';

const NAIROBI = 'Africa/Nairobi';
const moments = fc.integer({
  min: Date.parse('2000-01-01T00:00:00Z'),
  max: Date.parse('2099-12-31T00:00:00Z'),
});

test('a timestamp shows what the calendar and the clock on a wall in Nairobi show', () => {
  fc.assert(
    fc.property(moments, (ms) => {
      const { night, hour, minute } = nightAt(ms, NAIROBI);
      const two = (value: number) => String(value).padStart(2, '0');
      const second = new Date(ms).toISOString().slice(17, 19);
      expect(toNairobiTimestamp(ms)).toBe(`${night.replaceAll('-', '')}${two(hour)}${two(minute)}${second}`);
    }),
  );
});

test('midnight in Nairobi belongs to the day that begins', () => {
  const midnight = localToInstant('2028-02-29', '00:00', NAIROBI);
  expect(toNairobiTimestamp(midnight)).toBe('20280229000000');
  expect(toNairobiTimestamp(midnight - 1)).toBe('20280228235959');
  expect(new Date(midnight).toISOString()).toBe('2028-02-28T21:00:00.000Z');
});

test('a timestamp is read back to its second, however Daraja writes it', () => {
  fc.assert(
    fc.property(moments, (ms) => {
      const text = toNairobiTimestamp(ms);
      const [, y, mo, d, h, mi, s] = /(....)(..)(..)(..)(..)(..)/.exec(text) ?? [];
      const second = Math.floor(ms / 1000) * 1000;
      expect(fromNairobiTimestamp(text)).toBe(second);
      expect(fromNairobiTimestamp(`${d}.${mo}.${y} ${h}:${mi}:${s}`)).toBe(second);
    }),
  );
});

test.each([
  ['', '2028', '20270229120000', '20281301120000', '20280100120000', '20280101240000', '20280101126000'],
  ['2028010112000', '202801011200000', '01.01.2028 12:00', '2028-01-01T12:00:00Z', '32.01.2028 12:00:00'],
])('no moment is read from %j …', (...texts) => {
  for (const text of texts) expect([text, fromNairobiTimestamp(text)]).toEqual([text, null]);
});
