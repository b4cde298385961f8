import { ByteReader, concat } from './byte-reader.ts';
import { PictureMalformed } from './errors.ts';
import { requireSize, type Size } from './rules.ts';

const SEQUENCE_HEADER = 1;
const METADATA = 5;
const TILE_GROUP = 4;
const FRAME = 6;
/** Besides these two: temporal delimiter, frame header, repeated frame header. */
const PICTURE_UNITS = new Set([2, 3, TILE_GROUP, FRAME, 7]);
/** Encoders write a handful. */
const MAX_UNITS = 1024;
/** How bright the scene and the mastering display were: numbers that tone mapping depends on. */
const RENDERING_METADATA = new Map([
  [1, 4],
  [2, 24],
]);

export type CodedPicture = { size: Size; content: Uint8Array };

/** The units of an AV1 picture as they were, without padding and without metadata that says more than brightness. */
export function readAv1(data: Uint8Array): CodedPicture {
  const reader = new ByteReader(data);
  const units: Uint8Array[] = [];
  let size: Size | undefined;
  let hasPixels = false;

  while (reader.left > 0) {
    if (units.length > MAX_UNITS) throw PictureMalformed({ detail: `More than ${MAX_UNITS} coded units` });
    const from = reader.at;
    const header = reader.u8();
    const type = (header >> 3) & 15;
    if (header & 0x80) throw PictureMalformed({ detail: 'The coded picture is damaged' });
    if (header & 0x04) reader.skip(1);
    const body = reader.take(header & 0x02 ? readLength(reader) : reader.left);
    const unit = data.subarray(from, reader.at);

    if (type === SEQUENCE_HEADER) {
      const stated = readSequenceSize(body);
      if (size && (size.width !== stated.width || size.height !== stated.height))
        throw PictureMalformed({ detail: 'The coded picture states two sizes' });
      size = stated;
      units.push(unit);
    } else if (PICTURE_UNITS.has(type) || (type === METADATA && isRendering(body))) {
      units.push(unit);
      hasPixels ||= (type === TILE_GROUP || type === FRAME) && body.length > 0;
    }
  }

  if (!size || !hasPixels) throw PictureMalformed({ detail: 'Pixels are missing' });
  return { size, content: concat(units) };
}

function isRendering(body: Uint8Array): boolean {
  const length = RENDERING_METADATA.get(body[0] ?? 0);
  return length !== undefined && body.length === 1 + length + 1 && body[1 + length] === 0x80;
}

/** Seven bits a byte, lowest first. */
function readLength(reader: ByteReader): number {
  let length = 0;
  for (let index = 0; index < 8; index++) {
    const byte = reader.u8();
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return length;
  }
  throw PictureMalformed({ detail: 'The coded picture is damaged' });
}

/** Walks the sequence header as far as the largest size that a frame may have. */
function readSequenceSize(body: Uint8Array): Size {
  const bits = new BitReader(body);
  bits.read(3 + 1);
  if (bits.read(1)) bits.read(5);
  else skipOperatingPoints(bits);
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1];
  return requireSize(bits.read(widthBits) + 1, bits.read(heightBits) + 1);
}

function skipOperatingPoints(bits: BitReader): void {
  let hasDecoderModel = false;
  let delayBits = 0;
  if (bits.read(1)) {
    bits.read(64);
    if (bits.read(1)) bits.skipExpGolomb();
    hasDecoderModel = bits.read(1) === 1;
    if (hasDecoderModel) {
      delayBits = bits.read(5) + 1;
      bits.read(32 + 5 + 5);
    }
  }
  const hasInitialDelay = bits.read(1) === 1;
  const points = bits.read(5) + 1;
  for (let index = 0; index < points; index++) {
    bits.read(12);
    if (bits.read(5) > 7) bits.read(1);
    if (hasDecoderModel && bits.read(1)) bits.read(2 * delayBits + 1);
    if (hasInitialDelay && bits.read(1)) bits.read(4);
  }
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) value = value * 2 + this.#bit();
    return value;
  }

  skipExpGolomb(): void {
    let zeros = 0;
    while (this.#bit() === 0) zeros++;
    this.read(Math.min(zeros, 32));
  }

  #bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw PictureMalformed({ detail: 'The coded picture is damaged' });
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }
}
