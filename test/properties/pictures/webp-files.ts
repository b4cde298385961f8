import { Buffer } from 'node:buffer';
import { WEBP_BASES } from './bases.ts';
import { ATTACHMENTS, exif, SECRET, talkingProfile, xmp } from './secrets.ts';

export const bases: Record<string, Buffer> = Object.fromEntries(
  Object.entries(WEBP_BASES).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
);

export const chunk = (type: string, data: Buffer, padding = 0): Buffer => {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2, padding)]);
};

export const riff = (...chunks: Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  const head = Buffer.alloc(8);
  head.write('RIFF');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
};

type Chunk = { type: string; data: Buffer };
const ALPHA = 0x10;

export function chunksOf(file: Uint8Array): Chunk[] {
  const bytes = Buffer.from(file);
  const chunks: Chunk[] = [];
  for (let at = 12; at < 8 + bytes.readUInt32LE(4); ) {
    const length = bytes.readUInt32LE(at + 4);
    chunks.push({
      type: bytes.toString('latin1', at, at + 4),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

const hasAlpha = (chunks: Chunk[]): boolean =>
  chunks.some(({ type, data }) => type === 'ALPH' || (type === 'VP8L' && ((data[4] as number) & 0x10) !== 0));

export const header = (flags: number, width = 48, height = 32): Buffer => {
  const data = Buffer.alloc(10);
  data.writeUInt8(flags, 0);
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return data;
};

/** The same picture in the extended format, with chunks before and behind the pixels. */
function extended(base: Buffer, flags: number, before: Buffer[], behind: Buffer[]): Buffer {
  const chunks = chunksOf(base);
  const pixels = chunks.filter(({ type }) => type !== 'VP8X');
  return riff(
    chunk('VP8X', header(flags | (hasAlpha(chunks) ? ALPHA : 0))),
    ...before,
    ...pixels.map(({ type, data }) => chunk(type, data)),
    ...behind,
  );
}

const odd = (content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content as string);
  return bytes.length % 2 === 1 ? bytes : Buffer.concat([bytes, Buffer.from(' ')]);
};

export const carriers: Record<string, (base: Buffer) => Buffer> = {
  Exif: (base) => extended(base, 0x08, [], [chunk('EXIF', exif())]),
  'Exif with its JPEG heading': (base) =>
    extended(base, 0x08, [], [chunk('EXIF', Buffer.concat([Buffer.from('Exif\0\0'), exif('MM', 6)]))]),
  XMP: (base) => extended(base, 0x04, [], [chunk('XMP ', xmp())]),
  'Exif and XMP that the header does not announce': (base) =>
    extended(base, 0, [], [chunk('XMP ', xmp()), chunk('EXIF', exif())]),
  'a colour profile with text': (base) => extended(base, 0x20, [chunk('ICCP', talkingProfile(4))], []),
  'an old colour profile with text': (base) => extended(base, 0x20, [chunk('ICCP', talkingProfile(2))], []),
  'a broken colour profile': (base) => extended(base, 0x20, [chunk('ICCP', Buffer.from(SECRET))], []),
  'unknown chunks around the pixels': (base) =>
    extended(base, 0, [chunk('abcd', Buffer.from(SECRET))], [chunk('ABCD', odd(SECRET), 0x5a)]),
  'an unknown chunk in the simple format': (base) =>
    riff(...chunksOf(base).map(({ type, data }) => chunk(type, data)), chunk('EXIF', exif())),
  ...Object.fromEntries(
    Object.entries(ATTACHMENTS).flatMap(([name, attachment]) => [
      [`${name} behind the end`, (base: Buffer) => Buffer.concat([base, attachment])],
      [`${name} in a chunk`, (base: Buffer) => extended(base, 0, [], [chunk('data', odd(attachment))])],
    ]),
  ),
};

export const codedPixels = (file: Uint8Array): Buffer =>
  Buffer.concat(
    chunksOf(file)
      .filter(({ type }) => ['VP8 ', 'VP8L', 'ALPH'].includes(type))
      .map(({ data }) => data),
  );
