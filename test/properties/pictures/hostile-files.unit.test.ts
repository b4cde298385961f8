import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../../../src/kernel/errors.ts';
import { acceptPicture, inspectPicture, stripMetadata } from '../../../src/properties/pictures/index.ts';
import {
  box,
  type Item,
  type Picture,
  readPicture,
  u32,
  grid as writeGrid,
  writePicture,
} from './avif-files.ts';
import { FILES, type File, FORMATS, type Type } from './files.ts';
import { first, segment } from './jpeg-files.ts';
import { chunk, early, unfoldingTo } from './png-files.ts';
import { chunksOf, header, riff, chunk as webpChunk } from './webp-files.ts';

function answerTo(bytes: Uint8Array, type: Type): string {
  try {
    acceptPicture(bytes, type);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.type.code;
    throw error;
  }
}

const base = (type: Type, name: string): Buffer => FORMATS[type].bases[name] as Buffer;
const jpeg = base('image/jpeg', 'baseline');
const progressive = base('image/jpeg', 'progressive');
const png = base('image/png', 'rgb');
const webp = base('image/webp', 'lossy');
const webpAlpha = base('image/webp', 'alpha');
const avif = base('image/avif', 'lossy');

const patched = (bytes: Buffer, at: number, ...values: number[]): Buffer => {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
};
const at = (bytes: Buffer, marker: number): number => bytes.indexOf(Buffer.from([0xff, marker]));
const frameOf = (bytes: Buffer): Buffer => bytes.subarray(at(bytes, 0xc0), at(bytes, 0xc0) + 19);
const pngWith = (header: Buffer, ...rest: Buffer[]): Buffer =>
  Buffer.concat([png.subarray(0, 8), chunk('IHDR', header), ...rest, chunk('IEND')]);
const ihdr = (width: number, height: number, ...more: number[]): Buffer =>
  Buffer.concat([u32(width, height), Buffer.from(more.length ? more : [8, 2, 0, 0, 0])]);
const idat = (bytes: number): Buffer => chunk('IDAT', Buffer.alloc(bytes, 7));

const withItems = (picture: Picture, change: (item: Item, index: number) => Partial<Item>): Picture => ({
  ...picture,
  items: picture.items.map((item, index) => ({ ...item, ...change(item, index) })),
});
const withProperty = (type: string, body: Buffer, essential = true): Buffer =>
  writePicture(
    withItems(readPicture(avif), ({ properties }) => ({
      properties: [...properties, { type, body, essential }],
    })),
  );
const resized = (width: number, height: number): Buffer =>
  writePicture(
    withItems(readPicture(avif), ({ properties }) => ({
      properties: properties.map((property) =>
        property.type === 'ispe' ? { ...property, body: u32(0, width, height) } : property,
      ),
    })),
  );
const aperture = (width: number, height: number): Buffer => u32(width, 1, height, 1, 0, 1, 0, 1);
const grid = writeGrid();
const gridData = (rows: number, columns: number, width: number, height: number): Buffer =>
  writePicture(
    withItems(grid, (item, index) =>
      index > 0
        ? {}
        : {
            data: Buffer.from([0, 0, rows - 1, columns - 1, width >> 8, width, height >> 8, height]),
            properties: item.properties.map((property) =>
              property.type === 'ispe' ? { ...property, body: u32(0, width, height) } : property,
            ),
          },
    ),
  );

const LIES: Record<string, [type: Type, bytes: Buffer, code?: string]> = {
  'a JPEG frame larger than its data can be': [
    'image/jpeg',
    patched(jpeg, at(jpeg, 0xc0) + 5, 0x12, 0, 0x12, 0),
  ],
  'a JPEG with two frame headers': ['image/jpeg', first(jpeg, frameOf(jpeg))],
  'a JPEG whose height comes later': ['image/jpeg', patched(jpeg, at(jpeg, 0xc0) + 5, 0, 0)],
  'a JPEG with a late height': [
    'image/jpeg',
    Buffer.concat([jpeg.subarray(0, -2), segment(0xdc, Buffer.from([1, 0])), jpeg.subarray(-2)]),
    'pictures.unsupported_type',
  ],
  'a JPEG in arithmetic coding': [
    'image/jpeg',
    patched(jpeg, at(jpeg, 0xc0), 0xff, 0xc9),
    'pictures.unsupported_type',
  ],
  'a lossless JPEG': ['image/jpeg', patched(jpeg, at(jpeg, 0xc0), 0xff, 0xc3), 'pictures.unsupported_type'],
  'a JPEG with twelve bits': [
    'image/jpeg',
    patched(jpeg, at(jpeg, 0xc0) + 4, 12),
    'pictures.unsupported_type',
  ],
  'a JPEG with two components': ['image/jpeg', patched(jpeg, at(jpeg, 0xc0) + 9, 2)],
  'a JPEG with impossible sampling': ['image/jpeg', patched(jpeg, at(jpeg, 0xc0) + 11, 0x51)],
  'a JPEG without a frame': [
    'image/jpeg',
    Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(at(jpeg, 0xda))]),
  ],
  'a JPEG without a scan': [
    'image/jpeg',
    Buffer.concat([jpeg.subarray(0, at(jpeg, 0xda)), Buffer.from([0xff, 0xd9])]),
  ],
  'a JPEG segment shorter than its own length': ['image/jpeg', first(jpeg, Buffer.from([0xff, 0xe3, 0, 1]))],
  'a JPEG segment longer than the file': ['image/jpeg', first(jpeg, Buffer.from([0xff, 0xe3, 0xff, 0xff]))],
  'a JPEG with text between its segments': [
    'image/jpeg',
    Buffer.concat([
      jpeg.subarray(0, at(jpeg, 0xc0)),
      Buffer.from('<script>'),
      frameOf(jpeg),
      jpeg.subarray(at(jpeg, 0xc0) + 19),
    ]),
  ],
  'a JPEG with a restart outside a scan': ['image/jpeg', first(jpeg, Buffer.from([0xff, 0xd0]))],
  'a JPEG with a text behind a code table': [
    'image/jpeg',
    first(jpeg, segment(0xc4, Buffer.alloc(17), 'hidden')),
  ],
  'a JPEG with a text as quantisers': ['image/jpeg', first(jpeg, segment(0xdb, 'hidden'))],
  'a JPEG with a long restart interval': ['image/jpeg', first(jpeg, segment(0xdd, 'hidden'))],
  'a JPEG with a text in its scan header': [
    'image/jpeg',
    Buffer.concat([
      jpeg.subarray(0, -2),
      segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]), 'hidden'),
      jpeg.subarray(-2),
    ]),
  ],
  'a JPEG that hides text in a hundred tables': [
    'image/jpeg',
    first(
      jpeg,
      ...Array.from({ length: 100 }, () => segment(0xdb, Buffer.from([3]), Buffer.alloc(64, 'hidden'))),
    ),
  ],

  'a PNG far larger than its data can be': ['image/png', pngWith(ihdr(4000, 4000), idat(200))],
  'a PNG with data for a far larger picture': ['image/png', pngWith(ihdr(4, 4), idat(5000))],
  'an interlaced PNG with data for a far larger one': [
    'image/png',
    pngWith(ihdr(4, 4, 8, 2, 0, 0, 1), idat(5000)),
  ],
  'a PNG with two headers': ['image/png', early(png, chunk('IHDR', ihdr(48, 32)))],
  'a PNG with its header in second place': [
    'image/png',
    Buffer.concat([png.subarray(0, 8), chunk('tEXt', 'a\0b'), png.subarray(8)]),
  ],
  'a PNG without pixels': ['image/png', pngWith(ihdr(4, 4))],
  'a PNG with a wrong checksum': ['image/png', patched(png, 29, 1, 2, 3, 4)],
  'a PNG with a wrong checksum in its text': ['image/png', early(png, patched(chunk('tEXt', 'a\0b'), 9, 1))],
  'a PNG with an unknown necessary chunk': ['image/png', early(png, chunk('NEED', 'x'))],
  'a PNG of one vendor': [
    'image/png',
    Buffer.concat([png.subarray(0, 8), chunk('CgBI', 'P\0 \x02'), png.subarray(8)]),
    'pictures.unsupported_type',
  ],
  'a PNG with impossible colours': ['image/png', pngWith(ihdr(4, 4, 8, 5, 0, 0, 0), idat(40))],
  'a PNG with an impossible depth': ['image/png', pngWith(ihdr(4, 4, 4, 2, 0, 0, 0), idat(40))],
  'a PNG with unknown interlacing': ['image/png', pngWith(ihdr(4, 4, 8, 2, 0, 0, 2), idat(40))],
  'a PNG without its palette': ['image/png', pngWith(ihdr(4, 4, 8, 3, 0, 0, 0), idat(20))],
  'a PNG with two palettes': [
    'image/png',
    pngWith(ihdr(4, 4, 8, 3, 0, 0, 0), chunk('PLTE', 'abc'), chunk('PLTE', 'abc'), idat(20)),
  ],
  'a PNG with half a colour': [
    'image/png',
    pngWith(ihdr(4, 4, 8, 3, 0, 0, 0), chunk('PLTE', 'abcd'), idat(20)),
  ],
  'a PNG with a text for gamma': ['image/png', early(png, chunk('gAMA', 'hidden text'))],
  'a PNG with a text in many gammas': ['image/png', early(png, chunk('gAMA', 'hidd'), chunk('gAMA', 'en t'))],
  'a PNG with text among its pixels': [
    'image/png',
    pngWith(ihdr(4, 4), idat(20), chunk('tEXt', 'a\0b'), idat(20)),
  ],

  'a WebP larger than its file': ['image/webp', patched(webp, 4, 0xff, 0xff)],
  'a WebP chunk larger than the file': ['image/webp', patched(webp, 16, 0xff, 0xff)],
  'a WebP whose canvas is not its frame': [
    'image/webp',
    riff(
      webpChunk('VP8X', header(0, 480, 320)),
      ...chunksOf(webp).map(({ type, data }) => webpChunk(type, data)),
    ),
  ],
  'a WebP with two frames': [
    'image/webp',
    riff(...[...chunksOf(webp), ...chunksOf(webp)].map(({ type, data }) => webpChunk(type, data))),
  ],
  'a WebP whose header comes second': [
    'image/webp',
    riff(webpChunk('EXIF', Buffer.alloc(2)), webpChunk('VP8X', header(0)), webp.subarray(12)),
  ],
  'a WebP without a frame': ['image/webp', riff(webpChunk('VP8X', header(0)))],
  'a WebP that starts between two pictures': ['image/webp', patched(webp, 20, (webp[20] as number) | 1)],
  'a WebP whose first part is larger than itself': ['image/webp', patched(webp, 21, 0xff, 0xff)],
  'a WebP with more alpha than pixels': [
    'image/webp',
    riff(
      ...chunksOf(webpAlpha).map(({ type, data }) =>
        webpChunk(
          type,
          type === 'ALPH' ? Buffer.concat([Buffer.alloc(48 * 32 + 1), Buffer.from('hidden')]) : data,
        ),
      ),
    ),
  ],
  'a WebP of a later version': [
    'image/webp',
    patched(base('image/webp', 'lossless'), 24, 0xe0),
    'pictures.unsupported_type',
  ],

  'an AVIF that states less than it codes': ['image/avif', resized(4, 4)],
  'an AVIF that states more than it codes': ['image/avif', resized(4000, 4000)],
  'an AVIF that shows a corner of itself': [
    'image/avif',
    withProperty('clap', aperture(20, 20)),
    'pictures.cropped',
  ],
  'an AVIF that is cut to nothing': ['image/avif', withProperty('clap', u32(0, 0, 0, 0, 0, 0, 0, 0))],
  'an AVIF that is cut to more than itself': ['image/avif', withProperty('clap', aperture(50, 32))],
  'an AVIF that needs an unknown property': [
    'image/avif',
    withProperty('zzzz', Buffer.alloc(4)),
    'pictures.unsupported_type',
  ],
  'an AVIF with two sizes': ['image/avif', withProperty('ispe', u32(0, 48, 32))],
  'an AVIF with a text for turning': ['image/avif', withProperty('irot', Buffer.from('hidden'))],
  'an AVIF without meta': [
    'image/avif',
    Buffer.concat([avif.subarray(0, avif.readUInt32BE(0)), box('mdat', avif)]),
  ],
  'an AVIF with two metas': ['image/avif', Buffer.concat([avif, avif.subarray(avif.readUInt32BE(0))])],
  'an AVIF box smaller than its heading': ['image/avif', Buffer.concat([avif, u32(4), Buffer.from('free')])],
  'an AVIF box of 64 bits that wraps round': [
    'image/avif',
    Buffer.concat([avif, u32(1), Buffer.from('free'), u32(0xffffffff, 0xfffffff0), Buffer.alloc(9)]),
  ],
  'an AVIF with a box that contains its own parent': [
    'image/avif',
    patched(avif, avif.indexOf('iinf') - 4, 0, 0, 4, 0),
  ],
  'an AVIF whose data lie in its header': [
    'image/avif',
    patched(avif, avif.indexOf('iloc') + 4 + 4 + 2 + 2 + 2 + 2 + 2, 0, 0, 0, 8),
  ],
  'an AVIF whose items overlap in pieces': [
    'image/avif',
    ((picture) => {
      const file = writePicture(picture, { inPieces: true });
      const place = file.indexOf('iloc') + 4 + 4 + 2 + 2 + 2 + 2 + 2;
      return patched(file, place + 4, ...u32(file.length - file.indexOf('mdat') - 4));
    })(readPicture(avif)),
  ],
  'an AVIF without its primary picture': ['image/avif', patched(avif, avif.indexOf('pitm') + 9, 99)],
  'an AVIF put together in an unknown way': [
    'image/avif',
    writePicture(withItems(readPicture(avif), () => ({ type: 'iovl' }))),
    'pictures.unsupported_type',
  ],
  'an AVIF of coded nonsense': [
    'image/avif',
    writePicture(withItems(readPicture(avif), () => ({ data: Buffer.alloc(64, 0xff) }))),
  ],
  'an AVIF that announces a picture and has none': [
    'image/avif',
    writePicture(
      withItems(readPicture(avif), ({ data }) => {
        const delimiterBytes = data[0] === 0x12 ? 2 : 0;
        return { data: data.subarray(0, delimiterBytes + 2 + (data[delimiterBytes + 1] as number)) };
      }),
    ),
  ],
  'an AVIF with text behind its coded units': [
    'image/avif',
    writePicture(
      withItems(readPicture(avif), ({ data }) => ({
        data: Buffer.concat([data, Buffer.from('\xffhidden', 'latin1')]),
      })),
    ),
  ],
  'an AVIF whose alpha is far larger than itself': [
    'image/avif',
    writePicture(
      ((picture) => {
        const [tile] = writeGrid().items.slice(1) as [Item];
        return withItems(picture, (item, index) =>
          index === 0
            ? {}
            : {
                data: tile.data,
                properties: [...tile.properties, ...item.properties.filter(({ type }) => type === 'auxC')],
              },
        );
      })(readPicture(base('image/avif', 'alpha'))),
    ),
  ],
  'a grid that is its own tile': [
    'image/avif',
    writePicture({ ...grid, references: [{ type: 'dimg', from: 9, to: [9, 9, 9, 9] }] }),
    'pictures.unsupported_type',
  ],
  'a grid with tiles missing': [
    'image/avif',
    writePicture({ ...grid, references: [{ type: 'dimg', from: 9, to: [10, 11, 12] }] }),
  ],
  'a grid that states two sizes': [
    'image/avif',
    writePicture(
      withItems(grid, ({ data }, index) => (index > 0 ? {} : { data: patched(data, data.length - 1, 99) })),
    ),
  ],
  'a grid without tiles': ['image/avif', writePicture({ ...grid, references: [] })],
  'a grid with a tile that does not exist': [
    'image/avif',
    writePicture({ ...grid, references: [{ type: 'dimg', from: 9, to: [10, 11, 12, 14] }] }),
  ],
  'a grid that shows a corner of its tiles': ['image/avif', gridData(2, 2, 60, 60)],
  'a grid larger than its tiles': ['image/avif', gridData(2, 2, 129, 100)],
  'a grid of too many pixels': ['image/avif', gridData(2, 2, 6000, 5000), 'pictures.too_many_pixels'],
  'a grid with text behind its description': [
    'image/avif',
    writePicture(
      withItems(grid, ({ data }, index) =>
        index > 0 ? {} : { data: Buffer.concat([data, Buffer.from('hidden')]) },
      ),
    ),
  ],
};

test.each(Object.entries(LIES))('%s is refused by name', (_, [type, bytes, code = 'pictures.malformed']) => {
  expect(answerTo(bytes, type)).toBe(code);
});

test('an AVIF whose coder rounded the size up by a few pixels keeps its shown size', () => {
  const odd = withProperty('clap', aperture(47, 31));
  expect(inspectPicture(odd)).toEqual({ type: 'image/avif', width: 47, height: 31 });
  expect(inspectPicture(stripMetadata(odd, 'image/avif'))).toEqual({
    type: 'image/avif',
    width: 47,
    height: 31,
  });
});

const MANY = 100_000;
/** Far more than any needs even on a busy machine, and far less than a second walk for each piece would take. */
const PATIENCE_MILLISECONDS = 3_000;
const many = (piece: Buffer, count = MANY): Buffer => Buffer.alloc(piece.length * count, piece);
const bigItem = (data: Buffer): Buffer =>
  writePicture(withItems(readPicture(avif), (item) => ({ data: Buffer.concat([item.data, data]) })));
const iloc = (items: number, extents: number): Buffer => {
  const item = Buffer.concat([Buffer.from([0, 99, 0, 0]), Buffer.from([extents >> 8, extents])]);
  return box('iloc', Buffer.from([0, 0, 0, 0, 0, 0, items >> 8, items]), many(item, items));
};

/** All tiles lie at the same place in the file. */
function sharingGrid(count: number, dress: (data: Buffer) => Buffer = (data) => data): Buffer {
  const [owner, tile] = writeGrid().items as [Item, Item];
  const tiles = Array.from({ length: count }, (_, index) => ({
    ...tile,
    id: 100 + index,
    data: index === 0 ? dress(tile.data) : Buffer.alloc(0),
  }));
  const file = writePicture({
    items: [owner, ...tiles],
    references: [{ type: 'dimg', from: owner.id, to: tiles.map(({ id }) => id) }],
  });
  const place = file.indexOf('iloc') + 12 + 14 + 6;
  for (let index = 1; index < count; index++) file.copy(file, place + index * 14, place, place + 8);
  return file;
}

const ENDLESS: Record<string, [type: Type, write: () => Buffer, answer?: string]> = {
  'a JPEG of comments': ['image/jpeg', () => first(jpeg, many(segment(0xfe))), 'accepted'],
  'a JPEG of filling': ['image/jpeg', () => first(jpeg, many(Buffer.from([0xff]), 4 * MANY)), 'accepted'],
  'a JPEG of scans': [
    'image/jpeg',
    () => {
      const scan = progressive.subarray(at(progressive, 0xda), at(progressive, 0xda) + 60);
      return Buffer.concat([progressive.subarray(0, -2), many(scan, 20_000), progressive.subarray(-2)]);
    },
  ],
  'a JPEG scan of restarts': [
    'image/jpeg',
    () => Buffer.concat([jpeg.subarray(0, -2), many(Buffer.from([0xff, 0xd0]), 4 * MANY), jpeg.subarray(-2)]),
    'accepted',
  ],
  'a JPEG scan of filling': [
    'image/jpeg',
    () => Buffer.concat([jpeg.subarray(0, -2), many(Buffer.from([0xff]), 4 * MANY), jpeg.subarray(-2)]),
    'accepted',
  ],
  'a JPEG of intervals': ['image/jpeg', () => first(jpeg, many(segment(0xdd, '\0\0')))],
  'a JPEG of empty tables': ['image/jpeg', () => first(jpeg, many(segment(0xdb)))],
  'a PNG of empty texts': ['image/png', () => early(png, many(chunk('tEXt'))), 'accepted'],
  'a PNG of empty pixels': [
    'image/png',
    () => Buffer.concat([png.subarray(0, 33), many(chunk('IDAT')), png.subarray(33)]),
    'accepted',
  ],
  'a WebP of empty chunks': [
    'image/webp',
    () => riff(webp.subarray(12), many(webpChunk('JUNK', Buffer.alloc(0)))),
    'accepted',
  ],
  'an AVIF of empty boxes': ['image/avif', () => Buffer.concat([avif, many(box('free'))])],
  'an AVIF of empty data boxes': ['image/avif', () => Buffer.concat([avif, many(box('mdat'), 4000)])],
  'an AVIF of empty coded units': ['image/avif', () => bigItem(many(Buffer.from([0x12, 0]), 4 * MANY))],
  'an AVIF of empty paddings': [
    'image/avif',
    () => bigItem(many(Buffer.from([0x7a, 0]), 4 * MANY)),
    'accepted',
  ],
  'an AVIF with megabytes of header': [
    'image/avif',
    () => writePicture(readPicture(avif), { inMetaBoxes: [box('iref', many(u32(0), 4 * MANY))] }),
  ],
  'an AVIF of places without bytes': [
    'image/avif',
    () => {
      const file = writePicture(readPicture(avif), { inMetaBoxes: [iloc(65535, 65535)] });
      return patched(file, file.indexOf('iloc'), ...Buffer.from('free'));
    },
  ],
  'an AVIF whose tiles overlap': [
    'image/avif',
    () => {
      const unit = Buffer.from([0x7a, 1, 0x80]);
      const file = sharingGrid(4, (data) => Buffer.concat([many(unit), data]));
      const place = file.indexOf('iloc') + 12 + 14 + 6;
      for (let index = 1; index < 4; index++) {
        const [from, length] = [file.readUInt32BE(place), file.readUInt32BE(place + 4)];
        file.set(u32(from + index * unit.length, length - index * unit.length), place + index * 14);
      }
      return file;
    },
  ],
  'an AVIF whose two thousand items share one long stretch': [
    'image/avif',
    () => sharingGrid(1981, (data) => Buffer.concat([data, many(Buffer.from([0x7a, 1, 0x80]))])),
  ],
};

test.each(Object.entries(ENDLESS))(
  '%s is answered in time that grows with its length only',
  (_, [type, write, answer = 'pictures.malformed']) => {
    const bytes = write();
    const from = performance.now();
    expect(answerTo(bytes, type)).toBe(answer);
    expect(performance.now() - from).toBeLessThan(PATIENCE_MILLISECONDS);
  },
);

test('tiles that share their bytes share them still, so that no file grows by being cleaned', () => {
  const file = sharingGrid(4);
  const stripped = stripMetadata(file, 'image/avif');
  expect(stripped.length).toBeLessThanOrEqual(file.length);
  expect(stripMetadata(stripped, 'image/avif')).toEqual(stripped);
});

test('a colour profile that unfolds to a gigabyte takes neither the time nor the memory for it', () => {
  const bytes = early(png, chunk('iCCP', 'x\0\0', unfoldingTo(1024)));
  const from = performance.now();
  const { maxRSS } = process.resourceUsage();
  expect(Buffer.from(stripMetadata(bytes, 'image/png')).equals(png)).toBe(true);
  expect(process.resourceUsage().maxRSS - maxRSS).toBeLessThan(200_000);
  expect(performance.now() - from).toBeLessThan(PATIENCE_MILLISECONDS);
});

const anyFile = fc.nat({ max: FILES.length - 1 });

test('no damage to a picture brings about more than a refusal, and what still passes is clean', () => {
  const damage = fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), value: fc.nat(255) }),
    fc.record({
      kind: fc.constant('number' as const),
      at: fc.nat(),
      value: fc.constantFrom(0, 1, 8, 0x7fffffff, 0xffffffff),
    }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), value: fc.nat(64) }),
    fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), value: fc.nat(64) }),
  );
  const apply = (bytes: Buffer, { kind, at, value }: { kind: string; at: number; value: number }): Buffer => {
    const place = at % Math.max(1, bytes.length - 4);
    if (kind === 'byte') return patched(bytes, place, value);
    if (kind === 'number') return bytes.length > place + 4 ? patched(bytes, place, ...u32(value)) : bytes;
    if (kind === 'cut') return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + value)]);
    return Buffer.concat([bytes.subarray(0, place + value), bytes.subarray(place)]);
  };
  const outcomes = new Map<string, number>();
  const from = performance.now();

  fc.assert(
    fc.property(anyFile, fc.array(damage, { minLength: 1, maxLength: 4 }), (index, damages) => {
      const { type, bytes } = FILES[index] as File;
      const damaged = damages.reduce(apply, Buffer.from(bytes));
      const before = Buffer.from(damaged);
      const answer = answerTo(damaged, type);
      outcomes.set(answer, (outcomes.get(answer) ?? 0) + 1);
      expect(damaged.equals(before)).toBe(true);
      expect(answer).toMatch(/^(accepted|pictures\..+)$/);
      if (answer !== 'accepted') return;
      const stripped = stripMetadata(damaged, type);
      expect(stripMetadata(stripped, type)).toEqual(stripped);
      expect(inspectPicture(stripped)).toEqual(inspectPicture(damaged));
    }),
    { numRuns: 2_000, seed: 20_261_120 },
  );

  expect(performance.now() - from).toBeLessThan(2 * PATIENCE_MILLISECONDS);
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['accepted', 'pictures.malformed']));
});

test('random bytes behind the first ones of each type bring about no more than a refusal', () => {
  fc.assert(
    fc.property(anyFile, fc.nat(200), fc.uint8Array({ maxLength: 400 }), (index, length, noise) => {
      const { type, clean } = FILES[index] as File;
      const answer = answerTo(Buffer.concat([clean.subarray(0, 12 + length), noise]), type);
      expect(answer).toMatch(/^(accepted|pictures\..+)$/);
    }),
    { numRuns: 1_000, seed: 20_261_121 },
  );
});
