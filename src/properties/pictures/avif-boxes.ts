import { asciiBytes, ByteReader, concat, startsWith, u16be, u32be } from './byte-reader.ts';
import { PictureMalformed } from './errors.ts';

/** One box of an ISO base media file; `bodyAt` counts from the start of what it was found in. */
export type Box = { type: string; body: Uint8Array; bodyAt: number };

/** No picture needs more boxes side by side; the searches below then stay small. */
const MAX_SIBLINGS = 4096;

export const isAvif = (bytes: Uint8Array): boolean =>
  startsWith(bytes.subarray(4), 'ftyp') &&
  brandsOf(bytes).some((brand) => brand === 'avif' || brand === 'avis');

/** The brands stand in the first box; what is told apart by them needs no more than the first few. */
function brandsOf(bytes: Uint8Array): string[] {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const reader = new ByteReader(bytes.subarray(0, Math.min(length, 256)));
  if (reader.left < 16) return [];
  reader.skip(8);
  const brands = [reader.ascii(4)];
  reader.skip(4);
  while (reader.left >= 4) brands.push(reader.ascii(4));
  return brands;
}

export const readBoxes = (bytes: Uint8Array): Box[] => [...walkBoxes(bytes)];

/** One by one, so that what stands first can be judged before the rest is known to be there. */
export function* walkBoxes(bytes: Uint8Array): Generator<Box> {
  const reader = new ByteReader(bytes);
  for (let count = 0; reader.left > 0; count++) {
    if (count === MAX_SIBLINGS) throw PictureMalformed({ detail: 'Too many boxes' });
    const start = reader.at;
    const stated = reader.u32();
    const type = reader.ascii(4);
    const length = stated === 1 ? reader.u64() : stated === 0 ? bytes.length - start : stated;
    const bodyAt = reader.at;
    yield { type, body: reader.take(length - (bodyAt - start)), bodyAt };
  }
}

export function findBox(boxes: readonly Box[], type: string): Box | undefined {
  const [box, second] = boxes.filter((candidate) => candidate.type === type);
  if (second) throw PictureMalformed({ detail: `${type} appears twice` });
  return box;
}

export function getBox(boxes: readonly Box[], type: string): Box {
  const box = findBox(boxes, type);
  if (!box) throw PictureMalformed({ detail: `${type} is missing` });
  return box;
}

export type Versioned = { version: number; flags: number; reader: ByteReader };

export function openVersioned(box: Box, maxVersion: number): Versioned {
  const reader = new ByteReader(box.body);
  const version = reader.u8();
  if (version > maxVersion) throw PictureMalformed({ detail: `This version of ${box.type} is unknown` });
  return { version, flags: reader.u24(), reader };
}

export function writeBox(type: string, ...body: Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 8);
  return concat([u32be(length), asciiBytes(type), ...body]);
}

export const writeVersioned = (type: string, flags: number, ...body: Uint8Array[]): Uint8Array =>
  writeBox(type, u16be(0), u16be(flags), ...body);
