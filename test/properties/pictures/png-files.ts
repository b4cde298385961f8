import { Buffer } from 'node:buffer';
import { constants, crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { PNG_BASES } from './bases.ts';
import { ATTACHMENTS, exif, SECRET, SERIAL, talkingProfile, xmp } from './secrets.ts';

export const bases: Record<string, Buffer> = Object.fromEntries(
  Object.entries(PNG_BASES).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
);

export const chunk = (type: string, ...body: (Buffer | string)[]): Buffer => {
  const data = Buffer.concat(
    body.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
  return whole;
};

/** Compressed so well that a megabyte of it takes a kilobyte. */
export function unfoldingTo(megabytes: number): Buffer {
  const megabyte = deflateRawSync(Buffer.alloc(2 ** 20), { finishFlush: constants.Z_SYNC_FLUSH });
  return Buffer.concat([Buffer.from([0x78, 0x9c]), Buffer.alloc(megabyte.length * megabytes, megabyte)]);
}

const HEADER_END = 8 + 25;
export const early = (base: Buffer, ...added: Buffer[]): Buffer =>
  Buffer.concat([base.subarray(0, HEADER_END), ...added, base.subarray(HEADER_END)]);
const late = (base: Buffer, ...added: Buffer[]): Buffer =>
  Buffer.concat([base.subarray(0, -12), ...added, base.subarray(-12)]);

const packed = (content: Buffer | string): Buffer => deflateSync(content);
const profile = (content: Buffer): Buffer => chunk('iCCP', `${SECRET}\0\0`, packed(content));
const hexOf = (content: Buffer): string => `\nexif\n${content.length}\n${content.toString('hex')}`;

export const carriers: Record<string, (base: Buffer) => Buffer> = {
  'a text chunk': (base) => early(base, chunk('tEXt', `Author\0${SECRET}`)),
  'a compressed text chunk': (base) => early(base, chunk('zTXt', 'Comment\0\0', packed(SECRET))),
  'an international text chunk': (base) => early(base, chunk('iTXt', `Title\0\0\0en\0Title\0${SECRET}`)),
  'a compressed international text chunk': (base) =>
    early(base, chunk('iTXt', 'Title\0\x01\0en\0Title\0', packed(SECRET))),
  XMP: (base) => early(base, chunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0', xmp())),
  Exif: (base) => early(base, chunk('eXIf', exif('MM'))),
  'Exif behind the pixels': (base) => late(base, chunk('eXIf', exif('II', 6))),
  'Exif as text': (base) =>
    early(
      base,
      chunk('zTXt', 'Raw profile type exif\0\0', packed(hexOf(exif()))),
      chunk('tEXt', `x\0${SECRET}`),
    ),
  'a time and a text': (base) =>
    early(base, chunk('tIME', Buffer.from([7, 234, 5, 17, 12, 0, 0])), chunk('tEXt', `x\0${SECRET}`)),
  'private chunks': (base) => early(base, chunk('prVt', SECRET), chunk('vpAg', SERIAL)),
  'a private chunk that asks to be copied': (base) => early(base, chunk('caNv', SECRET)),
  'a colour profile with text': (base) => early(base, profile(talkingProfile(4))),
  'an old colour profile with text': (base) => early(base, profile(talkingProfile(2))),
  'an oversized colour profile': (base) => early(base, profile(talkingProfile(4, 'huge'))),
  'a broken colour profile': (base) => early(base, profile(Buffer.from(SECRET))),
  'a suggested palette': (base) => early(base, chunk('sPLT', `${SECRET}\0\x08`)),
  'chunks behind the pixels': (base) => late(base, chunk('tEXt', `k\0${SECRET}`), chunk('zzZz', SECRET)),
  'an end that goes on': (base) => Buffer.concat([base.subarray(0, -12), chunk('IEND', SECRET)]),
  ...Object.fromEntries(
    Object.entries(ATTACHMENTS).flatMap(([name, attachment]) => [
      [`${name} behind the end`, (base: Buffer) => Buffer.concat([base, attachment])],
      [`${name} in a chunk`, (base: Buffer) => early(base, chunk('heRe', attachment))],
    ]),
  ),
};

/** Header, palette, transparency and the compressed pixels. */
export function codedPixels(file: Uint8Array): Buffer {
  const bytes = Buffer.from(file);
  const coded: Buffer[] = [];
  let type = '';
  for (let at = 8; type !== 'IEND'; at += 12 + bytes.readUInt32BE(at)) {
    type = bytes.toString('latin1', at + 4, at + 8);
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT'].includes(type))
      coded.push(bytes.subarray(at, at + 12 + bytes.readUInt32BE(at)));
  }
  return Buffer.concat(coded);
}
