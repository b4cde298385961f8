import { asciiBytes, ByteReader, concat, startsWith, u16be } from './byte-reader.ts';
import { PictureMalformed, PictureUnsupported } from './errors.ts';
import { type Orientation, readOrientation, shownSize, writeOrientation } from './exif.ts';
import { cleanProfile } from './icc.ts';
import { type PictureFile, requireSize, type Size } from './rules.ts';

const SOF_BASELINE = 0xc0;
const SOF_PROGRESSIVE = 0xc2;
const DHT = 0xc4;
const DAC = 0xcc;
const RST_FIRST = 0xd0;
const RST_LAST = 0xd7;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DNL = 0xdc;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;

/** Four tables for quantisation, four each for the two kinds of codes, one interval: all that a scan can use. */
const MAX_TABLES_PER_SCAN = 13;
/** Encoders write about ten; each costs a decoder a walk over all pixels. */
const MAX_SCANS = 200;
const ICC_SIGNATURE = 'ICC_PROFILE\0';
const EXIF_SIGNATURE = 'Exif\0\0';

type Segment = { marker: number; body: Uint8Array };
type Frame = Size & { units: number };

export const isJpeg = (bytes: Uint8Array): boolean => startsWith(bytes, '\xff\xd8\xff');

/**
 * Kept are the tables, the frame and the scans, to the byte; of the application segments only what colours
 * and turning depend on, written anew. Comments, unknown segments and all behind the end stay behind.
 */
export function readJpeg(bytes: Uint8Array): PictureFile {
  const reader = new ByteReader(bytes, 2);
  const heading = new Heading();
  const coded: Uint8Array[] = [];
  let frame: Frame | undefined;
  let scans = 0;
  let scanBytes = 0;
  let tables = 0;

  for (;;) {
    const marker = readMarker(reader);
    if (marker === EOI) break;
    const body = reader.take(reader.u16() - 2);
    if (isDisposable(marker)) {
      if (scans === 0) heading.note({ marker, body });
      continue;
    }

    if (marker === DQT || marker === DHT) tables += marker === DQT ? countQuantisers(body) : countCodes(body);
    else if (marker === DRI) tables += countIntervals(body);
    else if (marker === SOS) requireScan(body, frame);
    else frame = readFrame(marker, body, frame);
    if (tables > MAX_TABLES_PER_SCAN) throw PictureMalformed({ detail: 'More tables than a scan can use' });
    coded.push(new Uint8Array([0xff, marker]), u16be(body.length + 2), body);

    if (marker === SOS) {
      const scan = reader.take(scanEnd(bytes, reader.at) - reader.at);
      coded.push(scan);
      scanBytes += scan.length;
      tables = 0;
      if (++scans > MAX_SCANS) throw PictureMalformed({ detail: `More than ${MAX_SCANS} scans` });
    }
  }

  // Every unit of blocks costs at least a bit, so fewer bits than units cannot be the picture that was promised.
  if (!frame || scanBytes * 8 < frame.units) throw PictureMalformed({ detail: 'Pixels are missing' });
  return {
    ...shownSize(frame.width, frame.height, heading.orientation ?? 1),
    pieces: [new Uint8Array([0xff, 0xd8]), ...heading.write(), ...coded, new Uint8Array([0xff, EOI])],
  };
}

const isDisposable = (marker: number): boolean => (marker >= APP0 && marker <= APP15) || marker === COM;

function readMarker(reader: ByteReader): number {
  if (reader.u8() !== 0xff) throw PictureMalformed({ detail: 'Something stands between two segments' });
  let marker = reader.u8();
  while (marker === 0xff) marker = reader.u8();
  const standsAlone = marker >= RST_FIRST && marker < EOI;
  if (marker < SOF_BASELINE || standsAlone)
    throw PictureMalformed({ detail: 'A marker stands out of place' });
  return marker;
}

/** Where the next marker begins that is neither an escaped byte, nor a restart, nor filling. */
function scanEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1] as number;
    if (next !== 0 && next !== 0xff && !(next >= RST_FIRST && next <= RST_LAST)) return at;
  }
  throw PictureMalformed({ detail: 'The file ends too early' });
}

function readFrame(marker: number, body: Uint8Array, earlier: Frame | undefined): Frame {
  if (marker === DAC || marker >= DNL)
    throw PictureUnsupported({ detail: 'This coding of JPEG is not shown by browsers' });
  if (earlier) throw PictureMalformed({ detail: 'The file holds more than one frame' });
  const reader = new ByteReader(body);
  const precision = reader.u8();
  const [height, width] = [reader.u16(), reader.u16()];
  const size = requireSize(width, height);
  if (marker > SOF_PROGRESSIVE || precision !== 8)
    throw PictureUnsupported({ detail: 'This coding of JPEG is not shown by browsers' });

  const components = reader.u8();
  if (![1, 3, 4].includes(components)) throw PictureMalformed({ detail: `${components} colour components` });
  requireLength(body, 6 + 3 * components);
  let across = 1;
  let down = 1;
  for (let index = 0; index < components; index++) {
    reader.skip(1);
    const sampling = reader.u8();
    const [horizontal, vertical] = [sampling >> 4, sampling & 15];
    if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4 || reader.u8() > 3)
      throw PictureMalformed({ detail: 'A colour component is described wrongly' });
    across = Math.max(across, horizontal);
    down = Math.max(down, vertical);
  }
  return { ...size, units: Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down)) };
}

function requireScan(body: Uint8Array, frame: Frame | undefined): void {
  const components = new ByteReader(body).u8();
  if (!frame || components < 1 || components > 4)
    throw PictureMalformed({ detail: 'A scan is described wrongly' });
  requireLength(body, 4 + 2 * components);
}

function countIntervals(body: Uint8Array): number {
  requireLength(body, 2);
  return 1;
}

function countQuantisers(body: Uint8Array): number {
  const reader = new ByteReader(body);
  let count = 0;
  do {
    const kind = reader.u8();
    if (kind >> 4 > 1 || (kind & 15) > 3) throw PictureMalformed({ detail: 'A table is described wrongly' });
    reader.skip(kind >> 4 ? 128 : 64);
    count++;
  } while (reader.left > 0);
  return count;
}

function countCodes(body: Uint8Array): number {
  const reader = new ByteReader(body);
  let count = 0;
  do {
    const kind = reader.u8();
    const symbols = reader.take(16).reduce((sum, codes) => sum + codes, 0);
    if (kind >> 4 > 1 || (kind & 15) > 3 || symbols > 256)
      throw PictureMalformed({ detail: 'A table is described wrongly' });
    reader.skip(symbols);
    count++;
  } while (reader.left > 0);
  return count;
}

function requireLength(body: Uint8Array, length: number): void {
  if (body.length !== length)
    throw PictureMalformed({ detail: 'A segment is longer or shorter than it may be' });
}

/** What the application segments say about showing the picture. */
class Heading {
  orientation: Orientation | undefined;
  #jfif = false;
  #adobeTransform: number | undefined;
  readonly #profileParts = new Map<number, Uint8Array>();
  #profilePartCount = 0;

  note({ marker, body }: Segment): void {
    if (marker === APP0 && startsWith(body, 'JFIF\0')) this.#jfif = true;
    if (marker === APP1 && startsWith(body, EXIF_SIGNATURE))
      this.orientation ??= readOrientation(body.subarray(EXIF_SIGNATURE.length));
    if (marker === APP14 && startsWith(body, 'Adobe') && body.length >= 12) this.#adobeTransform = body[11];
    if (marker === APP2 && startsWith(body, ICC_SIGNATURE)) this.#noteProfile(body);
  }

  write(): Uint8Array[] {
    const written: Uint8Array[] = [];
    if (this.#jfif) written.push(segment(APP0, asciiBytes('JFIF\0\x01\x02\0\0\x01\0\x01\0\0')));
    if (this.orientation && this.orientation > 1)
      written.push(segment(APP1, asciiBytes(EXIF_SIGNATURE), writeOrientation(this.orientation)));
    const profile = this.#profile();
    if (profile) written.push(segment(APP2, asciiBytes(`${ICC_SIGNATURE}\x01\x01`), profile));
    if (this.#adobeTransform !== undefined)
      written.push(segment(APP14, asciiBytes('Adobe\0\x64\0\0\0\0'), new Uint8Array([this.#adobeTransform])));
    return written;
  }

  #noteProfile(body: Uint8Array): void {
    const reader = new ByteReader(body, ICC_SIGNATURE.length);
    if (reader.left < 2) return;
    const number = reader.u8();
    this.#profilePartCount = reader.u8();
    this.#profileParts.set(number, reader.rest());
  }

  #profile(): Uint8Array | null {
    const parts = [...this.#profileParts].sort(([a], [b]) => a - b);
    const complete =
      parts.length === this.#profilePartCount && parts.every(([number], index) => number === index + 1);
    return complete ? cleanProfile(concat(parts.map(([, part]) => part))) : null;
  }
}

const segment = (marker: number, ...body: Uint8Array[]): Uint8Array => {
  const whole = concat(body);
  return concat([new Uint8Array([0xff, marker]), u16be(whole.length + 2), whole]);
};
