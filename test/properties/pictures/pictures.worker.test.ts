import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { Refusal } from '../../../src/kernel/errors.ts';
import { acceptPicture, stripMetadata } from '../../../src/properties/pictures/index.ts';
import { FILES, FORMATS } from './files.ts';
import { chunk, early, unfoldingTo } from './png-files.ts';
import { tracesIn } from './secrets.ts';

test('where Roost runs, too, nothing is left in any file and the coded pixels are untouched', () => {
  for (const { type, base, carrier, bytes, clean } of FILES) {
    const { bytes: stripped } = acceptPicture(bytes, type);
    const name = `${type} ${base} with ${carrier}`;
    expect(tracesIn(stripped), name).toEqual([]);
    expect(FORMATS[type].codedPixels(stripped).equals(FORMATS[type].codedPixels(clean)), name).toBe(true);
    expect(stripMetadata(stripped, type), name).toEqual(stripped);
  }
});

test('where Roost runs, too, a profile that unfolds to a gigabyte costs nothing', () => {
  const [clean] = Object.values(FORMATS['image/png'].bases) as [Buffer];
  const bomb = early(clean, chunk('iCCP', 'x\0\0', unfoldingTo(1024)));
  expect(Buffer.from(stripMetadata(bomb, 'image/png')).equals(clean)).toBe(true);
});

test('where Roost runs, too, fifteen megabytes of nothing are refused, not died of', () => {
  const [clean] = Object.values(FORMATS['image/jpeg'].bases) as [Buffer];
  const endless = Buffer.concat([clean.subarray(0, -2), Buffer.alloc(15 * 1024 * 1024, 0xff)]);
  expect(() => acceptPicture(endless, 'image/jpeg')).toThrow(Refusal);
});
