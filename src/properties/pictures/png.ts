import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { asciiBytes, ByteReader, concat, startsWith, u32be } from './byte-reader.ts';
import { PictureAnimated, PictureMalformed, PictureUnsupported } from './errors.ts';
import { type Orientation, readOrientation, shownSize, writeOrientation } from './exif.ts';
import { cleanProfile } from './icc.ts';
import { type PictureFile, requireSize, type Size } from './rules.ts';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
const PROFILE_NAME = 'Colours\0\0';
const MAX_PROFILE_BYTES = 64 * 1024;

/** Deflate never does better than this, and its worst case adds less than an eighth. */
const BEST_RATIO = 1032;
const SLACK_BYTES = 1024;

type Header = Size & { depth: number; colour: Colour; interlaced: boolean };
type Colour = 0 | 2 | 3 | 4 | 6;

const DEPTHS: Record<Colour, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const CHANNELS: Record<Colour, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Chunks that change how the pixels look, with what they may measure; they come before the pixels, once. */
const RENDERING: Record<string, (colour: Colour, length: number) => boolean> = {
  tRNS: (colour, length) =>
    colour === 0 ? length === 2 : colour === 2 ? length === 6 : colour === 3 && length <= 256,
  sBIT: (colour, length) => length === (colour === 3 ? 3 : CHANNELS[colour]),
  gAMA: (_, length) => length === 4,
  cHRM: (_, length) => length === 32,
  sRGB: (_, length) => length === 1,
  cICP: (_, length) => length === 4,
};

/** The pixels' chunks stand in one row, so one stretch of the file holds them, however many they are. */
type Stretch = { from: number; to: number };
type Chunk = { type: string; data: Uint8Array; whole: Uint8Array };

export const isPng = (bytes: Uint8Array): boolean => startsWith(bytes, SIGNATURE);

/**
 * Kept are the header, the palette, the pixels and the few chunks that change how those look. Everything else
 * stays behind, with all that follows the end; a checksum that is wrong anywhere refuses the file.
 */
export function readPng(bytes: Uint8Array): PictureFile {
  const reader = new ByteReader(bytes, SIGNATURE.length);
  const first = readChunk(bytes, reader);
  const header = readHeader(first);
  const before: Uint8Array[] = [];
  let pixels: Stretch | undefined;
  const seen = new Set<string>();
  let orientation: Orientation = 1;
  let pixelBytes = 0;
  let previous = '';

  for (;;) {
    const chunk = readChunk(bytes, reader);
    const { type, data } = chunk;
    if (type === 'IEND') break;
    if (type === 'IDAT') {
      if (pixels && previous !== 'IDAT') throw PictureMalformed({ detail: 'The pixels are interrupted' });
      pixels = { from: pixels?.from ?? reader.at - chunk.whole.length, to: reader.at };
      pixelBytes += data.length;
    } else if (isAnimation(type)) {
      throw PictureAnimated();
    } else if (type === 'PLTE') {
      requireOnce(seen, type);
      requirePalette(header.colour, data.length, pixels !== undefined);
      before.push(chunk.whole);
    } else if (isCritical(type)) {
      throw PictureMalformed({ detail: 'A necessary part is unknown or out of place' });
    } else if (!pixels) {
      const kept = keep(header.colour, chunk);
      if (kept) requireOnce(seen, type);
      if (kept) before.push(kept);
      if (type === 'eXIf') orientation = readOrientation(data);
    }
    previous = type;
  }

  if (header.colour === 3 && !seen.has('PLTE')) throw PictureMalformed({ detail: 'The palette is missing' });
  requirePlausible(header, pixelBytes);
  if (orientation > 1) before.push(writeChunk('eXIf', writeOrientation(orientation)));
  return {
    ...shownSize(header.width, header.height, orientation),
    pieces: [
      asciiBytes(SIGNATURE),
      first.whole,
      ...before,
      bytes.subarray(pixels?.from, pixels?.to),
      writeChunk('IEND', new Uint8Array()),
    ],
  };
}

function readChunk(bytes: Uint8Array, reader: ByteReader): Chunk {
  const from = reader.at;
  const length = reader.u32();
  const type = reader.ascii(4);
  const data = reader.take(length);
  if (reader.u32() !== crc32(bytes.subarray(from + 4, from + 8 + length)))
    throw PictureMalformed({ detail: 'A checksum is wrong' });
  return { type, data, whole: bytes.subarray(from, reader.at) };
}

function readHeader({ type, data }: Chunk): Header {
  if (type === 'CgBI')
    throw PictureUnsupported({ detail: 'This PNG is of a kind that only one vendor reads' });
  if (type !== 'IHDR' || data.length !== 13) throw PictureMalformed({ detail: 'The header is missing' });
  const reader = new ByteReader(data);
  const size = requireSize(reader.u32(), reader.u32());
  const [depth, colour] = [reader.u8(), reader.u8() as Colour];
  const [compression, filter, interlace] = [reader.u8(), reader.u8(), reader.u8()];
  if (!DEPTHS[colour]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1)
    throw PictureMalformed({ detail: 'The header asks for what PNG does not have' });
  return { ...size, depth, colour, interlaced: interlace === 1 };
}

const isAnimation = (type: string): boolean => type === 'acTL' || type === 'fcTL' || type === 'fdAT';
const isCritical = (type: string): boolean => (type.charCodeAt(0) & 0x20) === 0;

function requireOnce(seen: Set<string>, type: string): void {
  if (seen.has(type)) throw PictureMalformed({ detail: `${type} appears twice` });
  seen.add(type);
}

function requirePalette(colour: Colour, length: number, late: boolean): void {
  const fits = length > 0 && length <= 768 && length % 3 === 0;
  if (!fits || late || colour === 0 || colour === 4)
    throw PictureMalformed({ detail: 'The palette is wrong' });
}

function keep(colour: Colour, { type, data, whole }: Chunk): Uint8Array | null {
  if (type === 'iCCP') return keepProfile(data);
  const fits = RENDERING[type];
  if (!fits) return null;
  if (!fits(colour, data.length)) throw PictureMalformed({ detail: `${type} has a wrong length` });
  return whole;
}

/** Written without compression, so that the same profile has the same bytes whichever zlib runs. */
function keepProfile(data: Uint8Array): Uint8Array | null {
  const nameEnd = data.subarray(0, 80).indexOf(0);
  if (nameEnd === -1) return null;
  try {
    const profile = cleanProfile(
      inflateSync(data.subarray(nameEnd + 2), { maxOutputLength: MAX_PROFILE_BYTES }),
    );
    return (
      profile && writeChunk('iCCP', concat([asciiBytes(PROFILE_NAME), deflateSync(profile, { level: 0 })]))
    );
  } catch {
    return null;
  }
}

/** A header that promises more than its data can hold is a bomb, and data beyond what it promises is no picture. */
function requirePlausible(header: Header, pixelBytes: number): void {
  const { rows, bytes } = uncompressed(header);
  const most = bytes + bytes / 8 + rows * 16 + SLACK_BYTES;
  if (pixelBytes * BEST_RATIO < bytes || pixelBytes > most)
    throw PictureMalformed({ detail: 'The header and the coded picture state different sizes' });
}

const ADAM7: readonly (readonly [x: number, y: number, across: number, down: number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

function uncompressed({ width, height, depth, colour, interlaced }: Header): { rows: number; bytes: number } {
  const passes = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  const total = { rows: 0, bytes: 0 };
  for (const [x, y, across, down] of passes) {
    const columns = Math.ceil((width - x) / across);
    const rows = columns > 0 ? Math.max(0, Math.ceil((height - y) / down)) : 0;
    total.rows += rows;
    total.bytes += rows * (1 + Math.ceil((columns * depth * CHANNELS[colour]) / 8));
  }
  return total;
}

function writeChunk(type: string, data: Uint8Array): Uint8Array {
  const typed = concat([asciiBytes(type), data]);
  return concat([u32be(data.length), typed, u32be(crc32(typed))]);
}
