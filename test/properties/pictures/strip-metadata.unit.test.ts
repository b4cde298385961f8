import sharp from 'sharp';
import { expect, test } from 'vitest';
import { acceptPicture, inspectPicture, stripMetadata } from '../../../src/properties/pictures/index.ts';
import { readPicture as readAvifPicture, writePicture } from './avif-files.ts';
import { CASES, FILES, FORMATS, type Type } from './files.ts';
import { exifSegment, first } from './jpeg-files.ts';
import { chunk, early } from './png-files.ts';
import { exif, tracesIn } from './secrets.ts';

// Pictures this small are done sooner by one thread each than shared out among several.
sharp.concurrency(1);

/** Print colours are compared as they are; turning them into screen colours takes far longer than all else. */
const shown = (bytes: Uint8Array, base: string) =>
  (base === 'cmyk' ? sharp(bytes).toColourspace('cmyk') : sharp(bytes)).raw().toBuffer();

test('at least a hundred different files are tried, and each carries a secret before', () => {
  expect(new Set(FILES.map(({ bytes }) => bytes.toString('base64'))).size).toBeGreaterThan(400);
  for (const file of FILES)
    expect(tracesIn(file.bytes), `${file.type} ${file.base} with ${file.carrier}`).not.toEqual([]);
});

test.each(CASES)('%s: nothing of %s is left, and the coded pixels are untouched', (type, _, files) => {
  for (const { base, bytes, clean } of files) {
    const stripped = stripMetadata(bytes, type);
    expect(tracesIn(stripped), base).toEqual([]);
    expect(FORMATS[type].codedPixels(stripped).equals(FORMATS[type].codedPixels(clean)), base).toBe(true);
  }
});

test.each(CASES)(
  '%s: a picture with %s is shown as before, and has nothing left to strip',
  async (type, _, files) => {
    await Promise.all(
      files.map(async ({ base, bytes }) => {
        const stripped = stripMetadata(bytes, type);
        expect(stripMetadata(stripped, type), base).toEqual(stripped);
        expect(inspectPicture(stripped), base).toEqual(inspectPicture(bytes));
        const [before, after] = await Promise.all([shown(bytes, base), shown(stripped, base)]);
        expect(after.equals(before), base).toBe(true);
      }),
    );
  },
);

test('an independent reader finds no Exif, XMP or IPTC in any stripped picture', async () => {
  await Promise.all(
    FILES.map(async ({ type, base, carrier, bytes }) => {
      const { exif, xmp, iptc, comments } = await sharp(stripMetadata(bytes, type)).metadata();
      expect({ exif, xmp, iptc, comments }, `${type} ${base} with ${carrier}`).toEqual({});
    }),
  );
});

const upright = FORMATS['image/jpeg'].bases.baseline as Buffer;
const png = FORMATS['image/png'].bases.rgb as Buffer;

test('a picture taken with the telephone on its side is stored on its side and says so, and no more', async () => {
  for (let orientation = 2; orientation <= 8; orientation++)
    for (const turned of [
      first(upright, exifSegment(orientation % 2 ? 'II' : 'MM', orientation)),
      early(png, chunk('eXIf', exif('MM', orientation))),
    ]) {
      const { type, bytes, width, height } = acceptPicture(turned, orientationType(turned));
      expect([width, height]).toEqual(orientation >= 5 ? [32, 48] : [48, 32]);
      const metadata = await sharp(bytes).metadata();
      expect(metadata.orientation).toBe(orientation);
      expect(metadata.exif?.length).toBeLessThanOrEqual(32);
      expect(tracesIn(bytes)).toEqual([]);
      expect(stripMetadata(bytes, type)).toEqual(bytes);
      const [before, after] = await Promise.all(
        [turned, bytes].map((file) => sharp(file).autoOrient().raw().toBuffer()),
      );
      expect(after?.equals(before as Buffer)).toBe(true);
    }
});

const orientationType = (bytes: Buffer): Type => (bytes[0] === 0xff ? 'image/jpeg' : 'image/png');

test('an AVIF that turns itself is measured as it is shown', () => {
  const picture = readAvifPicture(FORMATS['image/avif'].bases.lossy as Buffer);
  for (const [quarters, size] of [
    [0, { width: 48, height: 32 }],
    [1, { width: 32, height: 48 }],
    [2, { width: 48, height: 32 }],
    [3, { width: 32, height: 48 }],
  ] as const) {
    const turn = { type: 'irot', body: Buffer.from([quarters]), essential: true };
    const items = picture.items.map((item) => ({ ...item, properties: [...item.properties, turn] }));
    const turned = writePicture({ ...picture, items });
    expect(inspectPicture(turned)).toEqual({ type: 'image/avif', ...size });
    expect(inspectPicture(stripMetadata(turned, 'image/avif'))).toMatchObject(size);
  }
});

test('the colours of a wide-gamut picture stay what they were when its profile loses its texts', async () => {
  for (const { type, base, carrier, bytes, clean } of FILES) {
    if (!/^an? (old )?colour profile (with text|in three parts)$/.test(carrier)) continue;
    if (/cmyk|grey|bits/.test(base)) continue;
    const { icc } = await sharp(stripMetadata(bytes, type)).metadata();
    expect(icc?.length, `${type} ${base}`).toBeLessThan(800);
    const [without, withProfile] = await Promise.all([
      shown(clean, base),
      shown(stripMetadata(bytes, type), base),
    ]);
    expect(withProfile.equals(without), `${type} ${base}`).toBe(false);
  }
});

test('two uploads that differ in their metadata only are one picture under one hash', () => {
  const names = new Map<string, Set<string>>();
  for (const { type, base, carrier, bytes } of FILES) {
    if (/profile|JFIF|Adobe/.test(carrier)) continue;
    const accepted = acceptPicture(bytes, `${type.toUpperCase()}; name=x`);
    const known = names.get(`${type} ${base}`) ?? new Set();
    names.set(`${type} ${base}`, known.add(accepted.hash));
  }
  for (const [picture, hashes] of names) expect(hashes.size, picture).toBe(1);
});
