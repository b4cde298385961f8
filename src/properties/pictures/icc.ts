import { asciiBytes, asciiOf, ByteReader, concat, startsWith, u32be } from './byte-reader.ts';

/** Real display profiles have a few kilobytes; a table for print has hundreds and is left out. */
const MAX_PROFILE_BYTES = 64 * 1024;
const HEADER_BYTES = 128;
const MAX_TAGS = 100;
const MAX_CURVE_POINTS = 4096;

type Tags = Map<string, Uint8Array>;
/** Gives the exact bytes of an element, without what may stand behind it; null when it is not what it should be. */
type Element = (data: Uint8Array) => Uint8Array | null;

const exactly =
  (type: string, length: number): Element =>
  (data) =>
    startsWith(data, type) && data.length >= length ? plainly(data, length) : null;

const curve: Element = (data) => {
  const reader = new ByteReader(data);
  if (data.length < 12) return null;
  const type = reader.ascii(4);
  reader.skip(4);
  const length =
    type === 'curv' ? curveLength(reader.u32()) : type === 'para' ? parametricLength(reader.u16()) : 0;
  return length > 0 && data.length >= length ? plainly(data, length) : null;
};

const curveLength = (points: number): number => (points > MAX_CURVE_POINTS ? 0 : 12 + 2 * points);

const PARAMETERS = [1, 3, 4, 5, 7];
const parametricLength = (kind: number): number => {
  const parameters = PARAMETERS[kind];
  return parameters === undefined ? 0 : 12 + 4 * parameters;
};

/** The element with its reserved bytes as the format wants them: zero. */
function plainly(data: Uint8Array, length: number): Uint8Array {
  const element = new Uint8Array(data.subarray(0, length));
  element.fill(0, 4, 8);
  if (startsWith(element, 'para')) element.fill(0, 10, 12);
  return element;
}

const point = exactly('XYZ ', 20);
const RENDERING_TAGS: Record<string, Element> = {
  wtpt: point,
  chad: exactly('sf32', 44),
  rXYZ: point,
  gXYZ: point,
  bXYZ: point,
  rTRC: curve,
  gTRC: curve,
  bTRC: curve,
  kTRC: curve,
  cicp: exactly('cicp', 12),
};
const NEEDED: Record<string, readonly string[]> = {
  'RGB ': ['wtpt', 'rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'],
  GRAY: ['wtpt', 'kTRC'],
};

/**
 * The profile written anew from the numbers that colours are computed with. Names, dates, makers and
 * private tags stay behind, and a profile that is anything but points and curves is left out as a whole.
 */
export function cleanProfile(profile: Uint8Array): Uint8Array | null {
  if (profile.length < HEADER_BYTES + 4 || profile.length > MAX_PROFILE_BYTES) return null;
  const reader = new ByteReader(profile, 8);
  const major = reader.u8();
  reader.skip(3);
  const deviceClass = reader.ascii(4);
  const space = reader.ascii(4);
  const connection = reader.ascii(4);
  reader.skip(12);
  if (reader.ascii(4) !== 'acsp' || connection !== 'XYZ ' || (major !== 2 && major !== 4)) return null;
  if (!['mntr', 'scnr', 'spac'].includes(deviceClass)) return null;
  reader.skip(24);
  const intent = reader.u32();

  const tags = readTags(profile);
  if (!tags || !NEEDED[space]?.every((name) => tags.has(name))) return null;
  return writeProfile({ major, deviceClass, space, intent: intent <= 3 ? intent : 0 }, tags);
}

function readTags(profile: Uint8Array): Tags | null {
  const reader = new ByteReader(profile, HEADER_BYTES);
  const count = reader.u32();
  if (count > MAX_TAGS || reader.left < count * 12) return null;

  const found: Tags = new Map();
  for (let index = 0; index < count; index++) {
    const name = reader.ascii(4);
    const [from, length] = [reader.u32(), reader.u32()];
    const element = RENDERING_TAGS[name]?.(profile.subarray(from, from + length));
    if (element === null) return null;
    if (element) found.set(name, element);
  }
  return found;
}

type Heading = { major: number; deviceClass: string; space: string; intent: number };

function writeProfile(heading: Heading, found: Tags): Uint8Array {
  const tags: [string, Uint8Array][] = [
    ['desc', heading.major === 2 ? oldDescription('Colours') : text('Colours')],
    ['cprt', heading.major === 2 ? oldText('None') : text('None')],
  ];
  for (const name of Object.keys(RENDERING_TAGS)) {
    const element = found.get(name);
    if (element) tags.push([name, element]);
  }

  const table: Uint8Array[] = [u32be(tags.length)];
  const data: Uint8Array[] = [];
  const places = new Map<string, number>();
  let end = HEADER_BYTES + 4 + tags.length * 12;
  for (const [name, element] of tags) {
    const content = asciiOf(element);
    let place = places.get(content);
    if (place === undefined) {
      place = end;
      places.set(content, place);
      const padding = -element.length & 3;
      data.push(element, new Uint8Array(padding));
      end += element.length + padding;
    }
    table.push(asciiBytes(name), u32be(place), u32be(element.length));
  }
  return concat([writeHeader(heading, end), ...table, ...data]);
}

function writeHeader(heading: Heading, length: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, length);
  view.setUint8(8, heading.major);
  header.set(asciiBytes(`${heading.deviceClass}${heading.space}XYZ `), 12);
  // The format wants a date; this one says nothing: 2000-01-01.
  view.setUint16(24, 2000);
  view.setUint16(26, 1);
  view.setUint16(28, 1);
  header.set(asciiBytes('acsp'), 36);
  view.setUint32(64, heading.intent);
  // The connection space's fixed white, D50.
  view.setUint32(68, 0xf6d6);
  view.setUint32(72, 0x10000);
  view.setUint32(76, 0xd32d);
  return header;
}

const oldText = (value: string): Uint8Array => asciiBytes(`text\0\0\0\0${value}\0`);

function oldDescription(value: string): Uint8Array {
  const unicodeAndScriptCode = new Uint8Array(4 + 4 + 2 + 1 + 67);
  return concat([
    asciiBytes('desc\0\0\0\0'),
    u32be(value.length + 1),
    asciiBytes(`${value}\0`),
    unicodeAndScriptCode,
  ]);
}

function text(value: string): Uint8Array {
  const wide = asciiBytes([...value].map((character) => `\0${character}`).join(''));
  return concat([
    asciiBytes('mluc\0\0\0\0'),
    u32be(1),
    u32be(12),
    asciiBytes('enUS'),
    u32be(wide.length),
    u32be(28),
    wide,
  ]);
}
