import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { Refusal } from '../../../src/kernel/errors.ts';
import {
  acceptPicture,
  inspectPicture,
  MAX_PIXELS,
  stripMetadata,
} from '../../../src/properties/pictures/index.ts';
import * as avif from './avif-files.ts';
import { ANIMATED } from './bases.ts';
import { FORMATS, type Type } from './files.ts';
import * as jpeg from './jpeg-files.ts';
import * as png from './png-files.ts';
import * as webp from './webp-files.ts';

const TYPES = Object.keys(FORMATS) as Type[];

function outcomeOf(door: () => unknown): string {
  try {
    door();
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.type.code;
    throw error;
  }
}

/** The refusal's code, the same from every door. */
function answerTo(bytes: Uint8Array, type: Type = 'image/jpeg'): string {
  const doors = [() => inspectPicture(bytes), () => acceptPicture(bytes, type)];
  return [...new Set(doors.map(outcomeOf))].join(' or ');
}

const SIZES: Record<string, [number, number]> = {
  interlaced: [20, 13],
  odd: [33, 21],
  grid: [120, 100],
  gridAlpha: [120, 100],
};

test('every kind of JPEG, PNG, WebP and AVIF that browsers show is taken, with its type and size', () => {
  for (const type of TYPES)
    for (const [base, bytes] of Object.entries(FORMATS[type].bases)) {
      const [width, height] = SIZES[base] ?? [48, 32];
      expect(inspectPicture(bytes), base).toEqual({ type, width, height });
      expect(acceptPicture(bytes, type), base).toMatchObject({ type, width, height });
    }
});

test.each(
  Object.entries({
    nothing: '',
    'a byte': '\xff',
    'a drawing (SVG)': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    'SVG with a heading': '<?xml version="1.0"?><svg/>',
    GIF: 'GIF89a\x01\0\x01\0\0\0\0;',
    BMP: 'BM\x3a\0\0\0\0\0\0\0\x36\0\0\0',
    TIFF: 'II*\0\x08\0\0\0',
    'an icon': '\0\0\x01\0\x01\0',
    'JPEG 2000': '\0\0\0\x0cjP  \r\n\x87\n',
    'JPEG XL': '\xff\x0a\0\0',
    HEIC: '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
    'a film (MP4)': '\0\0\0\x18ftypisom\0\0\0\0isommp41',
    'a sound in RIFF': 'RIFF\x24\0\0\0WAVEfmt ',
    'a PDF': '%PDF-1.7',
    'a ZIP archive': 'PK\x03\x04',
    'a web page': '<!doctype html><img src=x onerror=alert(1)>',
    'a JPEG behind a byte': ' \xff\xd8\xff\xe0',
    'a PNG behind a GIF heading': 'GIF89a\x89PNG\r\n\x1a\n',
    'a picture that text mode has damaged': '\x89PNG\n\x1a\n',
  }),
)('%s is not a picture, whatever its name', (_, text) => {
  expect(answerTo(Buffer.from(text, 'latin1'))).toBe('pictures.unsupported_type');
});

test('a picture sent as another type is refused, and parameters or capitals in the type do not matter', () => {
  for (const type of TYPES)
    for (const claimed of [...TYPES, 'image/svg+xml', 'text/html', '']) {
      const bytes = Object.values(FORMATS[type].bases)[0] as Buffer;
      const answer = claimed === type ? 'accepted' : 'pictures.type_mismatch';
      const header = claimed && `${claimed.toUpperCase()} ; charset=utf-8`;
      expect(
        outcomeOf(() => acceptPicture(bytes, header)),
        `${type} as ${claimed}`,
      ).toBe(answer);
      if (TYPES.includes(claimed as Type))
        expect(
          outcomeOf(() => stripMetadata(bytes, claimed as Type)),
          `${type} as ${claimed}`,
        ).toBe(answer);
    }
});

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value]);

const jpegHeader = (width: number, height: number): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpeg.segment(0xc0, Buffer.from([8]), u16(height), u16(width), Buffer.from([1, 1, 0x11, 0])),
  ]);

const pngHeader = (width: number, height: number): Buffer =>
  Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    png.chunk('IHDR', avif.u32(width, height), Buffer.from([8, 2, 0, 0, 0])),
  ]);

const lossyHeader = (width: number, height: number): Buffer => {
  const data = Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0]);
  data.writeUInt16LE(width, 6);
  data.writeUInt16LE(height, 8);
  return webp.riff(webp.chunk('VP8 ', data));
};

const losslessHeader = (width: number, height: number): Buffer => {
  const data = Buffer.alloc(5, 0x2f);
  data.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
  return webp.riff(webp.chunk('VP8L', data)).subarray(0, 25);
};

const avifHeader = (width: number, height: number): Buffer => {
  const whole = avif.writePicture({
    items: [
      {
        id: 1,
        type: 'av01',
        data: Buffer.alloc(40),
        properties: [{ type: 'ispe', body: avif.u32(0, width, height), essential: false }],
      },
    ],
    references: [],
  });
  return whole.subarray(0, whole.indexOf('mdat') - 4);
};

const HEADERS: [
  type: Type,
  name: string,
  write: (width: number, height: number) => Buffer,
  largest: number,
][] = [
  ['image/jpeg', 'JPEG', jpegHeader, 65535],
  ['image/png', 'PNG', pngHeader, 2 ** 31 - 1],
  ['image/webp', 'lossy WebP', lossyHeader, 2 ** 14 - 1],
  ['image/webp', 'lossless WebP', losslessHeader, 2 ** 14],
  ['image/webp', 'extended WebP', (w, h) => webp.riff(webp.chunk('VP8X', webp.header(0, w, h))), 2 ** 24],
  ['image/avif', 'AVIF', avifHeader, 2 ** 32 - 1],
];

test.each(HEADERS)(
  '%s: a header of %s that promises too many pixels is enough for a no',
  (type, _, write, largest) => {
    for (const [width, height] of [
      [6000, 5000],
      [5001, 5000],
      [16000, 16000],
      [largest, largest],
    ] as const)
      expect(answerTo(write(width, height), type)).toBe('pictures.too_many_pixels');
    expect(5000 * 5000).toBe(MAX_PIXELS);
    expect(answerTo(write(5000, 5000), type)).toBe('pictures.malformed');
  },
);

test('a picture without width or height is refused', () => {
  for (const [type, name, write] of HEADERS)
    for (const [width, height] of [
      [0, 32],
      [48, 0],
    ] as const) {
      if (/lossless|extended/.test(name)) continue;
      expect(answerTo(write(width, height), type), name).toBe('pictures.malformed');
    }
});

test('a file cut short at any byte is refused', () => {
  for (const type of TYPES)
    for (const [base, bytes] of Object.entries(FORMATS[type].bases)) {
      const answers = Array.from(bytes, (_, length) =>
        outcomeOf(() => inspectPicture(bytes.subarray(0, length))),
      );
      const untypedBytes = answers.lastIndexOf('pictures.unsupported_type') + 1;
      expect(untypedBytes, base).toBeLessThan(32);
      expect(new Set(answers.slice(untypedBytes)), base).toEqual(new Set(['pictures.malformed']));
    }
});

test('what moves is refused', () => {
  expect(answerTo(Buffer.from(ANIMATED.png, 'base64'), 'image/png')).toBe('pictures.animated');
  expect(answerTo(Buffer.from(ANIMATED.webp, 'base64'), 'image/webp')).toBe('pictures.animated');
  expect(answerTo(Buffer.from(ANIMATED.avif, 'base64'), 'image/avif')).toBe('pictures.animated');
  const { lossy } = FORMATS['image/avif'].bases as { lossy: Buffer };
  const disguised = Buffer.concat([lossy, avif.box('moov', Buffer.alloc(40))]);
  expect(answerTo(disguised, 'image/avif')).toBe('pictures.animated');
});
