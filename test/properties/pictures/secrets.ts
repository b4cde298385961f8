import { Buffer } from 'node:buffer';
import { constants, inflateSync } from 'node:zlib';

/** What must not be found in any spelling once a picture is stored. */
export const SECRET = 'canary 7f3a9c51 Mwihoko Lane 12';
export const SERIAL = 'SN-5501937746';
const LATITUDE = 0x13579bdf;

const TRACES: Record<string, Buffer> = {
  text: Buffer.from(SECRET),
  'wide text, little-endian': Buffer.from(SECRET, 'utf16le'),
  'wide text, big-endian': Buffer.from(SECRET, 'utf16le').swap16(),
  serial: Buffer.from(SERIAL),
  maker: Buffer.from('ROST'),
  'latitude, little-endian': Buffer.from([0xdf, 0x9b, 0x57, 0x13]),
  'latitude, big-endian': Buffer.from([0x13, 0x57, 0x9b, 0xdf]),
};

/** Names what is found in the bytes, or in anything within them that zlib can open. */
export function tracesIn(bytes: Uint8Array): string[] {
  const layers = [Buffer.from(bytes), ...inflated(Buffer.from(bytes))];
  return Object.keys(TRACES).filter((name) => layers.some((layer) => layer.includes(TRACES[name] as Buffer)));
}

function inflated(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = bytes.indexOf(0x78); at !== -1; at = bytes.indexOf(0x78, at + 1)) {
    if (bytes.length - at < 2 || bytes.readUInt16BE(at) % 31 !== 0) continue;
    try {
      found.push(inflateSync(bytes.subarray(at), { finishFlush: constants.Z_SYNC_FLUSH }));
    } catch {
      // Not a stream after all.
    }
  }
  return found;
}

type Entry = { tag: number; type: number; count: number; value: Buffer | Directory };
type Directory = { entries: Entry[]; next?: Directory };

const BYTE = 1;
const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const UNDEFINED = 7;

/** Exif as a telephone writes it: turning, maker's note with a serial, place, comment, thumbnail. */
export function exif(order: 'II' | 'MM' = 'II', orientation = 1): Buffer {
  const little = order === 'II';
  const u16 = (value: number) =>
    little ? Buffer.from([value, value >> 8]) : Buffer.from([value >> 8, value]);
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    little ? bytes.writeUInt32LE(value) : bytes.writeUInt32BE(value);
    return bytes;
  };
  const ascii = (tag: number, text: string): Entry => {
    const value = Buffer.from(`${text}\0`);
    return { tag, type: ASCII, count: value.length, value };
  };
  const degrees = Buffer.concat([LATITUDE, 1000, LATITUDE, 1000, LATITUDE, 1000].map(u32));
  const wide = Buffer.from(SECRET, 'utf16le');
  const thumbnail = Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    Buffer.from(SECRET),
    Buffer.from([0xff, 0xd9]),
  ]);

  const place: Directory = {
    entries: [ascii(1, 'S'), { tag: 2, type: RATIONAL, count: 3, value: degrees }, ascii(3, 'E')],
  };
  const camera: Directory = {
    entries: [
      { tag: 0x927c, type: UNDEFINED, count: 40, value: Buffer.from(`MakerNote ${SERIAL}`.padEnd(40)) },
      ascii(0xa431, SERIAL),
    ],
  };
  const root: Directory = {
    entries: [
      ascii(0x010e, SECRET),
      { tag: 0x0112, type: SHORT, count: 1, value: u16(orientation) },
      ascii(0x013b, SECRET),
      { tag: 0x8769, type: LONG, count: 1, value: camera },
      { tag: 0x8825, type: LONG, count: 1, value: place },
      { tag: 0x9c9c, type: BYTE, count: wide.length, value: wide },
    ],
    next: { entries: [{ tag: 0x0201, type: UNDEFINED, count: thumbnail.length, value: thumbnail }] },
  };

  const pieces: Buffer[] = [Buffer.from(order), u16(42), u32(8)];
  const write = (directory: Directory, at: number): Buffer => {
    let end = at + 2 + directory.entries.length * 12 + 4;
    const rows: Buffer[] = [];
    const behind: Buffer[] = [];
    for (const { tag, type, count, value } of directory.entries) {
      const content = value instanceof Uint8Array ? value : write(value, end);
      const isHere = value instanceof Uint8Array && content.length <= 4;
      rows.push(u16(tag), u16(type), u32(count), isHere ? Buffer.concat([content], 4) : u32(end));
      if (!isHere) behind.push(content);
      if (!isHere) end += content.length;
    }
    const next = directory.next ? write(directory.next, end) : Buffer.alloc(0);
    return Buffer.concat([
      u16(directory.entries.length),
      ...rows,
      u32(directory.next ? end : 0),
      ...behind,
      next,
    ]);
  };
  return Buffer.concat([...pieces, write(root, 8)]);
}

export const xmp = (): Buffer =>
  Buffer.from(
    `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ` +
      `xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description ` +
      `xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" ` +
      `exif:GPSLatitude="1,17.5S" aux:SerialNumber="${SERIAL}" exif:UserComment="${SECRET}"/></rdf:RDF>` +
      `</x:xmpmeta><?xpacket end="w"?>`,
  );

const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};

/** A wide-gamut display profile that talks: names, a private tag, text in a gap and behind its end. */
export function talkingProfile(version: 2 | 4 = 4, broken?: 'table' | 'tag outside' | 'huge'): Buffer {
  const fixed = (...numbers: number[]) => Buffer.concat(numbers.map((n) => be32(Math.round(n * 65536))));
  const xyz = (...numbers: number[]) => Buffer.concat([Buffer.from('XYZ ROST'), fixed(...numbers)]);
  const text = Buffer.from(`text\0\0\0\0${SECRET}\0`);
  const gamma = Buffer.concat([
    Buffer.from('para\0\0\0\0\0\x03\0\0'),
    fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
  ]);
  const points = Buffer.concat([Buffer.from('curv\0\0\0\0'), be32(64)]);
  const curve = Buffer.concat([
    points,
    ...Array.from({ length: 64 }, (_, index) => {
      const value = Math.round((index / 63) ** 2.2 * 65535);
      return Buffer.from([value >> 8, value]);
    }),
  ]);
  const toneCurve = Buffer.concat([version === 4 ? gamma : curve, Buffer.from(SECRET)]);
  const tags: [string, Buffer][] = [
    ['desc', text],
    ['cprt', text],
    ['dmnd', text],
    ['zzzz', Buffer.from(`data${SECRET} ${SERIAL}`)],
    ['wtpt', Buffer.concat([xyz(0.9642, 1, 0.8249), Buffer.from(SECRET)])],
    ['rXYZ', xyz(0.5151, 0.2412, -0.0011)],
    ['gXYZ', xyz(0.2919, 0.6922, 0.0419)],
    ['bXYZ', xyz(0.1572, 0.0666, 0.7841)],
    ['rTRC', toneCurve],
    ['gTRC', toneCurve],
    ['bTRC', toneCurve],
  ];
  if (broken === 'table') tags.push(['rXYZ', Buffer.from(`oddtype ${SECRET}`)]);
  if (broken === 'huge') tags.push(['A2B0', Buffer.alloc(80_000, SECRET)]);

  let end = 128 + 4 + tags.length * 12;
  const rows: Buffer[] = [];
  const data: Buffer[] = [];
  for (const [name, content] of tags) {
    const from = broken === 'tag outside' && name === 'gTRC' ? 0x7fffff00 : end;
    rows.push(Buffer.from(name), be32(from), be32(content.length));
    const padded = Buffer.concat([content, Buffer.from(SECRET)]);
    data.push(padded, Buffer.alloc(-padded.length & 3));
    end += padded.length + (-padded.length & 3);
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(end, 0);
  header.write('ROST', 4);
  header.writeUInt8(version, 8);
  header.write('mntrRGB XYZ ', 12);
  header.writeUInt16BE(2026, 24);
  header.writeUInt16BE(5, 26);
  header.writeUInt16BE(17, 28);
  header.write('acspAPPL', 36);
  header.write('ROSTcam1', 48);
  for (const [index, value] of [0.9642, 1, 0.8249].entries())
    header.writeInt32BE(Math.round(value * 65536), 68 + index * 4);
  header.write(SERIAL, 84);
  return Buffer.concat([header, be32(tags.length), ...rows, ...data]);
}

/** What a file of another kind looks like when it is hung behind a picture. */
export const ATTACHMENTS: Record<string, Buffer> = {
  text: Buffer.from(SECRET),
  'a ZIP archive': Buffer.concat([
    Buffer.from('PK\x03\x04\x14\0\0\0\0\0'),
    Buffer.alloc(16),
    Buffer.from(SECRET),
    Buffer.from('PK\x05\x06'),
    Buffer.alloc(18),
  ]),
  'a web page': Buffer.from(`<html><body><script>alert("${SECRET}")</script></body></html>`),
  'a PDF': Buffer.from(`%PDF-1.7\n1 0 obj<<>>endobj % ${SECRET}\ntrailer<<>>\n%%EOF`),
  'a script': Buffer.from(`*/=1;alert("${SECRET}");/*`),
};
