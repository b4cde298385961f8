import { writeBox, writeVersioned } from './avif-boxes.ts';
import type { Property, Reference } from './avif-items.ts';
import { asciiBytes, asciiOf, concat, u16be, u32be } from './byte-reader.ts';

export type KeptItem = { type: string; properties: Property[]; content: Uint8Array };

const ESSENTIAL = 0x8000;
const BOX_HEADER_BYTES = 8;

/** The first item is the picture; all ids are given anew, so that none tells anything. */
export function writeAvif(
  kept: ReadonlyMap<number, KeptItem>,
  references: readonly Reference[],
): Uint8Array[] {
  const items = [...kept.values()];
  const newIds = new Map([...kept.keys()].map((id, index) => [id, index + 1]));
  const newId = (id: number): number => newIds.get(id) ?? 0;
  const data = arrange(items);

  const fileType = writeBox('ftyp', asciiBytes('avif\0\0\0\0avifmif1miaf'));
  const meta = (dataAt: number): Uint8Array =>
    writeVersioned(
      'meta',
      0,
      writeVersioned('hdlr', 0, asciiBytes(`\0\0\0\0pict${'\0'.repeat(13)}`)),
      writeVersioned('pitm', 0, u16be(1)),
      writePlaces(items, data.places, dataAt),
      writeTypes(items),
      ...writeReferences(references, newId),
      writeProperties(items),
    );
  const dataAt = fileType.length + meta(0).length + BOX_HEADER_BYTES;
  const dataHeader = concat([u32be(BOX_HEADER_BYTES + data.length), asciiBytes('mdat')]);
  return [fileType, meta(dataAt), dataHeader, ...data.pieces];
}

type Arrangement = { pieces: Uint8Array[]; places: Map<Uint8Array, number>; length: number };

/** Items that shared their bytes share them again. */
function arrange(items: readonly KeptItem[]): Arrangement {
  const places = new Map<Uint8Array, number>();
  let length = 0;
  for (const { content } of items) {
    if (places.has(content)) continue;
    places.set(content, length);
    length += content.length;
  }
  return { pieces: [...places.keys()], places, length };
}

function writePlaces(
  items: readonly KeptItem[],
  places: Map<Uint8Array, number>,
  dataAt: number,
): Uint8Array {
  const entries = items.map(({ content }, index) =>
    concat([
      u16be(index + 1),
      u16be(0),
      u16be(1),
      u32be(dataAt + (places.get(content) ?? 0)),
      u32be(content.length),
    ]),
  );
  return writeVersioned('iloc', 0, u16be(0x4400), u16be(items.length), ...entries);
}

function writeTypes(items: readonly KeptItem[]): Uint8Array {
  const entries = items.map(({ type }, index) =>
    writeBox('infe', u32be(0x02000000), u16be(index + 1), u16be(0), asciiBytes(`${type}\0`)),
  );
  return writeVersioned('iinf', 0, u16be(items.length), ...entries);
}

function writeReferences(references: readonly Reference[], newId: (id: number) => number): Uint8Array[] {
  if (references.length === 0) return [];
  const entries = references.map(({ type, from, to }) =>
    writeBox(type, u16be(newId(from)), u16be(to.length), ...to.map((id) => u16be(newId(id)))),
  );
  return [writeVersioned('iref', 0, ...entries)];
}

function writeProperties(items: readonly KeptItem[]): Uint8Array {
  const boxes: Uint8Array[] = [];
  const numbers = new Map<string, number>();
  const numberOf = ({ type, body }: Property): number => {
    const key = type + asciiOf(body);
    const known = numbers.get(key);
    if (known) return known;
    boxes.push(writeBox(type, body));
    numbers.set(key, boxes.length);
    return boxes.length;
  };
  const associations = items.map(({ properties }, index) =>
    concat([
      u16be(index + 1),
      new Uint8Array([properties.length]),
      ...properties.map((property) => u16be((property.essential ? ESSENTIAL : 0) | numberOf(property))),
    ]),
  );
  return writeBox(
    'iprp',
    writeBox('ipco', ...boxes),
    writeVersioned('ipma', 1, u32be(items.length), ...associations),
  );
}
