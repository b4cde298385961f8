import { Buffer } from 'node:buffer';
import { JPEG_BASES } from './bases.ts';
import { ATTACHMENTS, exif, SECRET, SERIAL, talkingProfile, xmp } from './secrets.ts';

const drawn = Object.fromEntries(
  Object.entries(JPEG_BASES).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
) as Record<keyof typeof JPEG_BASES, Buffer>;

/** Components named 1, 2, 3 are taken for luminance and colour, unless Adobe's segment says that they are not. */
function withPlainNames(rgb: Buffer): Buffer {
  const copy = Buffer.from(rgb);
  const frame = copy.indexOf(Buffer.from([0xff, 0xc0])) + 10;
  const scan = copy.indexOf(Buffer.from([0xff, 0xda])) + 5;
  for (let index = 0; index < 3; index++) {
    copy[frame + 3 * index] = index + 1;
    copy[scan + 2 * index] = index + 1;
  }
  return copy;
}

export const bases: Record<string, Buffer> = { ...drawn, rgbByAdobe: withPlainNames(drawn.rgb) };

export const segment = (marker: number, ...body: (Buffer | string)[]): Buffer => {
  const whole = Buffer.concat(
    body.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(whole.length + 2, 2);
  return Buffer.concat([head, whole]);
};

const after = (base: Buffer, at: number, ...added: Buffer[]): Buffer =>
  Buffer.concat([base.subarray(0, at), ...added, base.subarray(at)]);

/** Behind the start marker, so that readers meet it first. */
export const first = (base: Buffer, ...added: Buffer[]): Buffer => after(base, 2, ...added);

const beforeScan = (base: Buffer, ...added: Buffer[]): Buffer =>
  after(base, base.indexOf(Buffer.from([0xff, 0xda])), ...added);

const beforeEnd = (base: Buffer, ...added: Buffer[]): Buffer => after(base, base.length - 2, ...added);

export const exifSegment = (order: 'II' | 'MM' = 'II', orientation = 1): Buffer =>
  segment(0xe1, 'Exif\0\0', exif(order, orientation));

const profileSegments = (profile: Buffer, parts: number): Buffer[] => {
  const size = Math.ceil(profile.length / parts);
  return Array.from({ length: parts }, (_, index) =>
    segment(
      0xe2,
      'ICC_PROFILE\0',
      Buffer.from([index + 1, parts]),
      profile.subarray(index * size, (index + 1) * size),
    ),
  ).reverse();
};

const photoshop = (): Buffer => {
  const resource = (id: number, content: Buffer) => {
    const head = Buffer.from('8BIM\0\0\0\0\0\0\0\0', 'latin1');
    head.writeUInt16BE(id, 4);
    head.writeUInt32BE(content.length, 8);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const iptc = Buffer.concat([Buffer.from([0x1c, 2, 90, 0, SECRET.length]), Buffer.from(SECRET)]);
  return Buffer.concat([resource(0x0404, iptc), resource(0x040c, Buffer.from(`thumbnail ${SECRET}`))]);
};

const secondPicture = (base: Buffer): Buffer[] => [base, segment(0xfe, SECRET), base];

export const carriers: Record<string, (base: Buffer) => Buffer> = {
  'Exif, little-endian': (base) => first(base, exifSegment('II')),
  'Exif, big-endian': (base) => first(base, exifSegment('MM')),
  'Exif twice': (base) => first(base, exifSegment('II'), exifSegment('MM')),
  'Exif behind the frame header': (base) => beforeScan(base, exifSegment()),
  XMP: (base) => first(base, segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', xmp())),
  'extended XMP': (base) =>
    first(
      base,
      ...[0, 1].map((part) =>
        segment(
          0xe1,
          `http://ns.adobe.com/xmp/extension/\0${'0AF1'.repeat(8)}\0\0\x02\0\0\0${part}\0\0`,
          xmp(),
        ),
      ),
    ),
  'Photoshop and IPTC': (base) => first(base, segment(0xed, 'Photoshop 3.0\0', photoshop())),
  'a colour profile with text': (base) => first(base, ...profileSegments(talkingProfile(4), 1)),
  'a colour profile in three parts': (base) => first(base, ...profileSegments(talkingProfile(2), 3)),
  'a colour profile with a part missing': (base) =>
    first(base, ...profileSegments(talkingProfile(2), 3).slice(1)),
  'an oversized colour profile': (base) => first(base, ...profileSegments(talkingProfile(4, 'huge'), 3)),
  'a comment': (base) => first(base, segment(0xfe, SECRET)),
  'a thumbnail in JFIF': (base) =>
    first(base, segment(0xe0, 'JFIF\0\x01\x02\0\0\x01\0\x01\x04\x04', Buffer.alloc(48, SECRET))),
  'a thumbnail in JFXX': (base) => first(base, segment(0xe0, 'JFXX\0\x10', SECRET)),
  'an index of further pictures': (base) =>
    Buffer.concat([first(base, segment(0xe2, 'MPF\0MM\0*', SECRET)), ...secondPicture(base)]),
  'an Adobe segment that goes on': (base) => {
    const own = base.indexOf('Adobe');
    const transform = own === -1 ? 1 : (base[own + 11] as number);
    return beforeScan(base, segment(0xee, 'Adobe\0\x64\0\0\0\0', Buffer.from([transform]), SECRET));
  },
  'private segments': (base) =>
    first(
      base,
      ...[3, 4, 5, 7, 8, 9, 10, 11, 12, 15].map((n) => segment(0xe0 + n, `Vendor\0${SECRET}${SERIAL}`)),
    ),
  'a comment between scans and end': (base) =>
    beforeEnd(base, segment(0xfe, SECRET), segment(0xe1, 'Exif\0\0', exif('II', 6))),
  'filling between segments': (base) =>
    first(base, Buffer.alloc(9, 0xff), segment(0xfe, SECRET), Buffer.alloc(3, 0xff)),
  ...Object.fromEntries(
    Object.entries(ATTACHMENTS).flatMap(([name, attachment]) => [
      [`${name} behind the end`, (base: Buffer) => Buffer.concat([base, attachment])],
      [`${name} in a segment`, (base: Buffer) => first(base, segment(0xe6, attachment))],
    ]),
  ),
};

/** Read by steps of its own: all that is neither an application's segment, a comment nor behind the end. */
export function codedPixels(file: Uint8Array): Buffer {
  const bytes = Buffer.from(file);
  const coded: Buffer[] = [];
  let at = 2;
  while (bytes[at + 1] !== 0xd9) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    let end = at + 2 + bytes.readUInt16BE(at + 2);
    if (marker === 0xda)
      while (bytes[end] !== 0xff || bytes[end + 1] === 0 || ((bytes[end + 1] as number) & 0xf8) === 0xd0)
        end++;
    if (marker < 0xe0) coded.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(coded);
}
