import { type Box, findBox, getBox, openVersioned, readBoxes } from './avif-boxes.ts';
import { ByteReader } from './byte-reader.ts';
import { PictureMalformed } from './errors.ts';

export type Property = { type: string; body: Uint8Array; essential: boolean };
export type Place = { from: number; length: number };
export type Item = { type: string; properties: Property[]; places: Place[]; inMeta: boolean };
export type Reference = { type: string; from: number; to: number[] };
/** What the `meta` box says, as far as showing the picture can depend on it. */
export type Items = {
  primary: number;
  items: Map<number, Item>;
  references: Reference[];
  metaData: Uint8Array;
};

const MAX_ITEMS = 2048;
const MAX_EXTENTS = 64;

export function readItems(meta: Box): Items {
  const { reader } = openVersioned(meta, 0);
  const boxes = readBoxes(reader.rest());
  const items = readTypes(getBox(boxes, 'iinf'));
  readProperties(getBox(boxes, 'iprp'), items);
  readPlaces(getBox(boxes, 'iloc'), items);
  const primary = openVersioned(getBox(boxes, 'pitm'), 1);
  const references = findBox(boxes, 'iref');
  return {
    primary: readId(primary.reader, primary.version > 0),
    items,
    references: references ? readReferences(references) : [],
    metaData: findBox(boxes, 'idat')?.body ?? new Uint8Array(),
  };
}

const readId = (reader: ByteReader, wide: boolean): number => (wide ? reader.u32() : reader.u16());

function readTypes(box: Box): Map<number, Item> {
  const { version, reader } = openVersioned(box, 1);
  readId(reader, version > 0);
  const items = new Map<number, Item>();
  for (const entry of readBoxes(reader.rest())) {
    if (entry.type !== 'infe') continue;
    const info = openVersioned(entry, 3);
    if (info.version < 2) throw PictureMalformed({ detail: 'This version of infe is unknown' });
    const id = readId(info.reader, info.version > 2);
    const isProtected = info.reader.u16() !== 0;
    if (isProtected || items.has(id)) throw PictureMalformed({ detail: 'An item is described wrongly' });
    items.set(id, { type: info.reader.ascii(4), properties: [], places: [], inMeta: false });
    if (items.size > MAX_ITEMS) throw PictureMalformed({ detail: `More than ${MAX_ITEMS} items` });
  }
  return items;
}

function readProperties(box: Box, items: Map<number, Item>): void {
  const boxes = readBoxes(box.body);
  const properties = readBoxes(getBox(boxes, 'ipco').body);
  const described = new Set<number>();
  for (const associations of boxes.filter(({ type }) => type === 'ipma')) {
    const { version, flags, reader } = openVersioned(associations, 1);
    const wide = (flags & 1) === 1;
    const top = wide ? 0x8000 : 0x80;
    for (let entries = reader.u32(); entries > 0; entries--) {
      const id = readId(reader, version > 0);
      if (described.has(id)) throw PictureMalformed({ detail: 'An item is described twice' });
      described.add(id);
      for (let count = reader.u8(); count > 0; count--) {
        const value = wide ? reader.u16() : reader.u8();
        const index = value & (top - 1);
        const property = properties[index - 1];
        if (index > 0 && !property) throw PictureMalformed({ detail: 'A property is missing' });
        if (property) items.get(id)?.properties.push({ ...property, essential: (value & top) !== 0 });
      }
    }
  }
}

function readPlaces(box: Box, items: Map<number, Item>): void {
  const { version, reader } = openVersioned(box, 2);
  const sizes = reader.u16();
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version > 0 ? sizes & 15 : 0;
  for (let count = readId(reader, version > 1); count > 0; count--) {
    const item = items.get(readId(reader, version > 1));
    const method = version > 0 ? reader.u16() & 15 : 0;
    const isElsewhere = reader.u16() !== 0 || method > 1;
    const base = readNumber(reader, baseBytes);
    const extents = reader.u16();
    if (isElsewhere || extents > MAX_EXTENTS || item?.places.length)
      throw PictureMalformed({ detail: 'An item’s place is described wrongly' });
    for (let extent = 0; extent < extents; extent++) {
      readNumber(reader, indexBytes);
      const from = base + readNumber(reader, offsetBytes);
      item?.places.push({ from, length: readNumber(reader, lengthBytes) });
    }
    if (item) item.inMeta = method === 1;
  }
}

function readNumber(reader: ByteReader, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === 4) return reader.u32();
  if (bytes === 8) return reader.u64();
  throw PictureMalformed({ detail: 'An item’s place is described wrongly' });
}

function readReferences(box: Box): Reference[] {
  const { version, reader } = openVersioned(box, 1);
  const wide = version > 0;
  return readBoxes(reader.rest()).map(({ type, body }) => {
    const entry = new ByteReader(body);
    const from = readId(entry, wide);
    const to = Array.from({ length: entry.u16() }, () => readId(entry, wide));
    return { type, from, to };
  });
}
