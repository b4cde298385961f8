import { crc32, deflateSync } from 'node:zlib';

export type Rgb = readonly [red: number, green: number, blue: number];
/** One byte for each pixel, which is a place in the palette. */
export type Indexed = { width: number; height: number; palette: readonly Rgb[]; pixels: Uint8Array };

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const PALETTE_COLOUR = 3;
const BITS = 8;

export function encodePng({ width, height, palette, pixels }: Indexed): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BITS, PALETTE_COLOUR], 8);

  // Each row begins with its filter, which is none.
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  return new Uint8Array(
    Buffer.concat([
      SIGNATURE,
      toChunk('IHDR', header),
      toChunk('PLTE', Buffer.from(palette.flat())),
      toChunk('IDAT', deflateSync(rows, { level: 9 })),
      toChunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

function toChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.length + 8)), data.length + 8);
  return chunk;
}
