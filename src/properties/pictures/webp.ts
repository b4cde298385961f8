import { asciiBytes, ByteReader, concat, startsWith, u32le } from './byte-reader.ts';
import { PictureAnimated, PictureMalformed, PictureUnsupported } from './errors.ts';
import { cleanProfile } from './icc.ts';
import { type PictureFile, requireSameSize, requireSize, type Size } from './rules.ts';

const HAS_PROFILE = 0x20;
const HAS_ALPHA = 0x10;

type Frame = Size & { alpha: boolean };

export const isWebp = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WEBP');

/**
 * Kept are the frame, its alpha plane and a cleaned colour profile. Exif goes too, turning included: browsers
 * show a WebP as it is stored.
 */
export function readWebp(bytes: Uint8Array): PictureFile {
  const length = new ByteReader(bytes, 4).u32(true);
  const reader = new ByteReader(bytes.subarray(0, 8 + length), 12);
  let canvas: Size | undefined;
  let frame: Frame | undefined;
  let frameChunk: Uint8Array | undefined;
  let alpha: Uint8Array | undefined;
  let profile: Uint8Array | null | undefined;

  for (let index = 0; reader.left > 0; index++) {
    const type = reader.ascii(4);
    const stated = reader.u32(true);
    const data = reader.take(Math.min(stated, reader.left));
    switch (type) {
      case 'VP8X':
        if (index > 0) throw PictureMalformed({ detail: 'The header is out of place' });
        canvas = readCanvas(data);
        break;
      case 'VP8 ':
      case 'VP8L':
        if (frame) throw PictureMalformed({ detail: 'The file holds more than one frame' });
        frame = type === 'VP8 ' ? readLossy(data) : readLossless(data);
        frameChunk = writeChunk(type, data);
        break;
      case 'ALPH':
        if (alpha || frame || !canvas) throw PictureMalformed({ detail: 'The alpha plane is out of place' });
        requireAlpha(data, canvas);
        alpha = data;
        break;
      case 'ICCP':
        if (profile !== undefined) throw PictureMalformed({ detail: 'ICCP appears twice' });
        profile = cleanProfile(data);
        break;
      case 'ANIM':
      case 'ANMF':
        throw PictureAnimated();
    }
    reader.skip(stated - data.length);
    if (stated % 2 === 1 && reader.left > 0) reader.skip(1);
  }

  if (bytes.length < 8 + length) throw PictureMalformed({ detail: 'The file ends too early' });
  if (!frame || !frameChunk) throw PictureMalformed({ detail: 'Pixels are missing' });
  if (canvas) requireSameSize(canvas, frame);
  const { width, height } = frame;
  const chunks = [frameChunk];
  if (alpha) chunks.unshift(writeChunk('ALPH', alpha));
  if (profile) chunks.unshift(writeChunk('ICCP', profile));
  // What the simple format can say is always said in it: one picture, one spelling.
  if (alpha || profile)
    chunks.unshift(writeCanvas(frame, profile ? HAS_PROFILE : 0, alpha || frame.alpha ? HAS_ALPHA : 0));
  return { width, height, pieces: [writeRiff(chunks), ...chunks] };
}

function readCanvas(data: Uint8Array): Size {
  if (data.length !== 10) throw PictureMalformed({ detail: 'The header has a wrong length' });
  const reader = new ByteReader(data, 4);
  return requireSize(reader.u24(true) + 1, reader.u24(true) + 1);
}

function readLossy(data: Uint8Array): Frame {
  const reader = new ByteReader(data);
  const tag = reader.u24(true);
  const startCode = reader.u24();
  if (startCode !== 0x9d012a) throw PictureMalformed({ detail: 'The frame’s header is wrong' });
  // The two bits above each measure are a wish for scaling that nobody follows.
  const size = requireSize(reader.u16(true) & 0x3fff, reader.u16(true) & 0x3fff);
  const isKeyFrame = (tag & 1) === 0;
  const isShown = ((tag >> 4) & 1) === 1;
  const firstPartBytes = tag >> 5;
  if (!isKeyFrame || !isShown || firstPartBytes > reader.left)
    throw PictureMalformed({ detail: 'The frame’s header is wrong' });
  // How a block is predicted costs more than a bit, so fewer bits than blocks cannot be the promised picture.
  if (firstPartBytes * 8 < Math.ceil(size.width / 16) * Math.ceil(size.height / 16))
    throw PictureMalformed({ detail: 'Pixels are missing' });
  return { ...size, alpha: false };
}

function readLossless(data: Uint8Array): Frame {
  const reader = new ByteReader(data);
  const signature = reader.u8();
  if (signature !== 0x2f) throw PictureMalformed({ detail: 'The frame’s header is wrong' });
  const bits = reader.u32(true);
  const size = requireSize((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  if (bits >>> 29 !== 0) throw PictureUnsupported({ detail: 'This version of WebP does not exist yet' });
  if (reader.left === 0) throw PictureMalformed({ detail: 'Pixels are missing' });
  return { ...size, alpha: ((bits >>> 28) & 1) === 1 };
}

function requireAlpha(data: Uint8Array, canvas: Size): void {
  const compression = new ByteReader(data).u8() & 3;
  const fits = compression === 1 || (compression === 0 && data.length === 1 + canvas.width * canvas.height);
  if (!fits) throw PictureMalformed({ detail: 'The alpha plane is wrong' });
}

function writeCanvas({ width, height }: Size, ...flags: number[]): Uint8Array {
  const header = new Uint8Array(10);
  header[0] = flags.reduce((all, flag) => all | flag, 0);
  header.set(u32le(width - 1).subarray(0, 3), 4);
  header.set(u32le(height - 1).subarray(0, 3), 7);
  return writeChunk('VP8X', header);
}

const writeChunk = (type: string, data: Uint8Array): Uint8Array =>
  concat([asciiBytes(type), u32le(data.length), data, new Uint8Array(data.length % 2)]);

function writeRiff(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 'WEBP'.length);
  return concat([asciiBytes('RIFF'), u32le(length), asciiBytes('WEBP')]);
}
