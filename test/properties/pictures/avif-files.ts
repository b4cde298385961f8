import { Buffer } from 'node:buffer';
import { AVIF_BASES, AVIF_TILE } from './bases.ts';
import { ATTACHMENTS, exif, SECRET, SERIAL, talkingProfile, xmp } from './secrets.ts';

type Box = { type: string; body: Buffer; from: number };
export type Property = { type: string; body: Buffer; essential: boolean };
export type Item = {
  id: number;
  type: string;
  data: Buffer;
  properties: Property[];
  name?: string;
  mime?: string;
};
type Reference = { type: string; from: number; to: number[] };
export type Picture = { items: Item[]; references: Reference[] };
/** What may be around the picture, and in which of the format's spellings. */
export type Surroundings = {
  wide?: boolean;
  inMeta?: boolean;
  inPieces?: boolean;
  gap?: Buffer;
  handler?: string;
  brands?: string;
  inMetaBoxes?: Buffer[];
  before?: Buffer[];
  behind?: Buffer[];
  openEnd?: boolean;
};

const u8 = (...values: number[]): Buffer => Buffer.from(values);
const u16 = (...values: number[]): Buffer => Buffer.from(values.flatMap((value) => [value >> 8, value]));
export const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};

export const box = (type: string, ...body: Buffer[]): Buffer => {
  const content = Buffer.concat(body);
  return Buffer.concat([u32(content.length + 8), Buffer.from(type, 'latin1'), content]);
};
const full = (type: string, version: number, flags: number, ...body: Buffer[]): Buffer =>
  box(type, u8(version, flags >> 16, flags >> 8, flags), ...body);

function boxes(bytes: Buffer, base = 0): Box[] {
  const found: Box[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const end = at + bytes.readUInt32BE(at);
    found.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      body: bytes.subarray(at + 8, end),
      from: base + at + 8,
    });
  }
  return found;
}
const one = (among: Box[], type: string): Box => among.find((candidate) => candidate.type === type) as Box;

/** Reads the spellings that encoders use: narrow ids, one extent of four-byte numbers, offsets into the file. */
export function readPicture(file: Uint8Array): Picture {
  const bytes = Buffer.from(file);
  const meta = boxes(one(boxes(bytes), 'meta').body.subarray(4));
  const places = new Map<number, Buffer>();
  const { body: iloc } = one(meta, 'iloc');
  const method = (iloc[0] as number) > 0 ? 2 : 0;
  const base = (iloc[5] as number) >> 4;
  for (let at = 8, count = iloc.readUInt16BE(6); count > 0; count--, at += 14 + method + base) {
    const extent = at + 6 + method + base;
    const from = iloc.readUInt32BE(extent) + (base > 0 ? iloc.readUInt32BE(extent - base - 2) : 0);
    places.set(iloc.readUInt16BE(at), bytes.subarray(from, from + iloc.readUInt32BE(extent + 4)));
  }
  const iprp = boxes(one(meta, 'iprp').body);
  const properties = boxes(one(iprp, 'ipco').body);
  const { body: ipma } = one(iprp, 'ipma');
  const isWide = ((ipma[3] as number) & 1) === 1;
  const owned = new Map<number, Property[]>();
  for (let at = 8, count = ipma.readUInt32BE(4); count > 0; count--) {
    const list: Property[] = [];
    owned.set(ipma.readUInt16BE(at), list);
    at += 2;
    for (let left = ipma[at++] as number; left > 0; left--) {
      const value = isWide ? ipma.readUInt16BE(at) : (ipma[at] as number);
      at += isWide ? 2 : 1;
      const top = isWide ? 0x8000 : 0x80;
      const { type, body } = properties[(value & (top - 1)) - 1] as Box;
      list.push({ type, body, essential: (value & top) !== 0 });
    }
  }
  const items = boxes(one(meta, 'iinf').body.subarray(6)).map(({ body }) => {
    const id = body.readUInt16BE(4);
    const type = body.toString('latin1', 8, 12);
    return { id, type, data: places.get(id) as Buffer, properties: owned.get(id) ?? [] };
  });
  const iref = meta.find(({ type }) => type === 'iref');
  const references = (iref ? boxes(iref.body.subarray(4)) : []).map(({ type, body }) => ({
    type,
    from: body.readUInt16BE(0),
    to: Array.from({ length: body.readUInt16BE(2) }, (_, index) => body.readUInt16BE(4 + 2 * index)),
  }));
  const primary = one(meta, 'pitm').body.readUInt16BE(4);
  items.sort((a, b) => Number(b.id === primary) - Number(a.id === primary) || a.id - b.id);
  return { items, references };
}

/** The first item is the primary one. */
export function writePicture({ items, references }: Picture, around: Surroundings = {}): Buffer {
  const id = (value: number) => (around.wide ? u32(value) : u16(value));
  const version = (wide: number, narrow: number) => (around.wide ? wide : narrow);
  const properties = items.flatMap((item) => item.properties);
  let number = 0;
  const iprp = box(
    'iprp',
    box('ipco', ...properties.map(({ type, body }) => box(type, body))),
    full(
      'ipma',
      version(1, 0),
      version(1, 0),
      u32(items.length),
      ...items.map((item) =>
        Buffer.concat([
          id(item.id),
          u8(item.properties.length),
          ...item.properties.map(({ essential }) => {
            number++;
            return around.wide ? u16((essential ? 0x8000 : 0) | number) : u8((essential ? 0x80 : 0) | number);
          }),
        ]),
      ),
    ),
  );
  const iinf = full(
    'iinf',
    version(1, 0),
    0,
    id(items.length),
    ...items.map((item) =>
      full(
        'infe',
        version(3, 2),
        0,
        id(item.id),
        u16(0),
        Buffer.from(`${item.type}${item.name ?? ''}\0${item.mime ? `${item.mime}\0` : ''}`, 'latin1'),
      ),
    ),
  );
  const iref = full(
    'iref',
    version(1, 0),
    0,
    ...references.map(({ type, from, to }) => box(type, id(from), u16(to.length), ...to.map(id))),
  );
  const gap = around.gap ?? Buffer.alloc(0);
  const data = Buffer.concat(items.flatMap((item) => [gap, item.data]));
  const meta = (dataAt: number): Buffer => {
    let at = around.inMeta ? 0 : dataAt;
    const places = items.map((item) => {
      at += gap.length;
      const half = around.inPieces ? item.data.length >> 1 : 0;
      const extents = half
        ? [u32(at, half), u32(at + half, item.data.length - half)]
        : [u32(at, item.data.length)];
      at += item.data.length;
      const method = around.wide || around.inMeta ? u16(around.inMeta ? 1 : 0) : Buffer.alloc(0);
      return Buffer.concat([id(item.id), method, u16(0), u16(extents.length), ...extents]);
    });
    return full(
      'meta',
      0,
      0,
      full('hdlr', 0, 0, Buffer.from(`\0\0\0\0pict${'\0'.repeat(12)}${around.handler ?? ''}\0`, 'latin1')),
      full('pitm', version(1, 0), 0, id((items[0] as Item).id)),
      full('iloc', around.wide ? 2 : around.inMeta ? 1 : 0, 0, u16(0x4400), id(items.length), ...places),
      iinf,
      ...(references.length > 0 ? [iref] : []),
      iprp,
      ...(around.inMeta ? [box('idat', data)] : []),
      ...(around.inMetaBoxes ?? []),
    );
  };
  const start = Buffer.concat([
    box('ftyp', Buffer.from(`avif\0\0\0\0avifmif1miafMA1B${around.brands ?? ''}`, 'latin1')),
    ...(around.before ?? []),
  ]);
  const media = around.inMeta ? Buffer.alloc(0) : box('mdat', data);
  if (around.openEnd) media.writeUInt32BE(0, 0);
  return Buffer.concat([start, meta(start.length + meta(0).length + 8), media, ...(around.behind ?? [])]);
}

const drawn: Record<string, Buffer> = Object.fromEntries(
  Object.entries(AVIF_BASES).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
);

/** Four tiles with the same bytes, 120 × 100 of their 128 × 128 pixels shown. */
export function grid(): Picture {
  const [tile] = readPicture(Buffer.from(AVIF_TILE, 'base64')).items as [Item];
  return plane(9, tile);
}

function plane(id: number, tile: Item): Picture {
  const size = { type: 'ispe', body: u32(0, 120, 100), essential: false };
  const rest = tile.properties.filter(({ type }) => ['pixi', 'colr', 'auxC'].includes(type));
  const data = Buffer.concat([u8(0, 0, 1, 1), u16(120, 100)]);
  const tiles = [1, 2, 3, 4].map((number) => ({ ...tile, id: id + number }));
  return {
    items: [{ id, type: 'grid', data, properties: [size, ...rest] }, ...tiles],
    references: [{ type: 'dimg', from: id, to: tiles.map((item) => item.id) }],
  };
}

function gridWithAlpha(): Picture {
  const [, tile] = readPicture(Buffer.from(AVIF_TILE, 'base64')).items as [Item, Item];
  const [colour, alpha] = [grid(), plane(30, tile)];
  const belonging = { type: 'auxl', from: 30, to: [9] };
  return {
    items: [...colour.items, ...alpha.items],
    references: [...colour.references, ...alpha.references, belonging],
  };
}

export const bases: Record<string, Buffer> = {
  ...drawn,
  grid: writePicture(grid()),
  gridAlpha: writePicture(gridWithAlpha()),
};

const changed = (base: Buffer, change: (picture: Picture) => Picture, around: Surroundings = {}): Buffer =>
  writePicture(change(readPicture(base)), around);

const withItem =
  (added: Omit<Item, 'id' | 'properties'> & { properties?: Property[] }, reference = 'cdsc') =>
  (picture: Picture): Picture => ({
    items: [...picture.items, { properties: [], ...added, id: 77 }],
    references: [...picture.references, { type: reference, from: 77, to: [(picture.items[0] as Item).id] }],
  });

const withProperty =
  (type: string, body: Buffer) =>
  (picture: Picture): Picture => ({
    ...picture,
    items: picture.items.map((item) => ({
      ...item,
      properties: [...item.properties, { type, body, essential: false }],
    })),
  });

const withUnit =
  (header: number, content: Buffer) =>
  (picture: Picture): Picture => ({
    ...picture,
    items: picture.items.map((item) =>
      item.type === 'av01'
        ? { ...item, data: Buffer.concat([item.data, u8(header, content.length), content]) }
        : item,
    ),
  });

const same = (picture: Picture): Picture => picture;
const exifItem = { type: 'Exif', data: Buffer.concat([u32(0), exif('MM', 6)]) };
const xmpItem = { type: 'mime', mime: 'application/rdf+xml', data: xmp() };
const hidden = (base: Buffer): Buffer =>
  (readPicture(base).items.find(({ type }) => type === 'av01') as Item).data;
const sizes = (base: Buffer): Property[] =>
  (readPicture(base).items.find(({ type }) => type === 'av01') as Item).properties;

export const carriers: Record<string, (base: Buffer) => Buffer> = {
  'an Exif item': (base) => changed(base, withItem(exifItem)),
  'an XMP item': (base) => changed(base, withItem(xmpItem)),
  'Exif and XMP in wide spelling': (base) =>
    changed(base, (picture) => withItem(xmpItem)(picture), { wide: true, gap: exif() }),
  'an Exif item within meta': (base) => changed(base, withItem(exifItem), { inMeta: true }),
  'an Exif item and everything in pieces': (base) => changed(base, withItem(exifItem), { inPieces: true }),
  'an Exif item and an open end': (base) => changed(base, withItem(exifItem), { openEnd: true }),
  'a thumbnail with a tail': (base) =>
    changed(
      base,
      withItem(
        { type: 'av01', data: Buffer.concat([hidden(base), Buffer.from(SECRET)]), properties: sizes(base) },
        'thmb',
      ),
    ),
  'a depth map': (base) =>
    changed(
      base,
      withItem(
        {
          type: 'av01',
          data: Buffer.from(SECRET),
          properties: [
            { type: 'auxC', body: Buffer.from('\0\0\0\0urn:mpeg:hevc:2015:auxid:2\0'), essential: false },
          ],
        },
        'auxl',
      ),
    ),
  'a gain map': (base) => changed(base, withItem({ type: 'tmap', data: Buffer.from(SECRET) }, 'dimg')),
  'an unknown item': (base) => changed(base, withItem({ type: 'zzzz', data: Buffer.from(SECRET) })),
  'names for items': (base) =>
    changed(base, (picture) => ({
      ...picture,
      items: picture.items.map((item) => ({ ...item, name: SECRET })),
    })),
  'a name for the handler': (base) => changed(base, same, { handler: SECRET }),
  'strange brands': (base) => changed(base, same, { brands: SECRET.slice(0, 31).padEnd(32) }),
  'text between the items': (base) => changed(base, same, { gap: Buffer.from(SECRET) }),
  'free and unknown boxes': (base) =>
    changed(base, same, {
      before: [box('free', Buffer.from(SECRET)), box('uuid', Buffer.alloc(16, 7), xmp())],
      behind: [box('skip', Buffer.from(SERIAL)), box('zzzz', Buffer.from(SECRET))],
    }),
  'boxes within meta': (base) =>
    changed(base, same, {
      inMetaBoxes: [
        box('udta', box('name', Buffer.from(SECRET))),
        box('grpl', full('altr', 0, 0, u32(5, 1, 1)), box('zzzz', xmp())),
        box('idat', exif()),
      ],
    }),
  'an unknown property': (base) => changed(base, withProperty('zzzz', Buffer.from(SECRET))),
  'a description property': (base) =>
    changed(base, withProperty('udes', Buffer.from(`\0\0\0\0en\0${SECRET}\0\0`))),
  'a colour profile with text': (base) =>
    changed(base, withProperty('colr', Buffer.concat([Buffer.from('prof'), talkingProfile(4)]))),
  'a broken colour profile': (base) => changed(base, withProperty('colr', Buffer.from(`prof${SECRET}`))),
  'metadata among the coded units': (base) =>
    changed(base, withUnit(0x2a, Buffer.concat([u8(4, 0xb5), Buffer.from(SECRET), u8(0x80)]))),
  'brightness metadata that goes on': (base) =>
    changed(base, withUnit(0x2a, Buffer.concat([u8(1, 0, 9, 0, 9, 0x80), Buffer.from(SECRET), u8(0x80)]))),
  'padding among the coded units': (base) =>
    changed(base, withUnit(0x7a, Buffer.from(`${SECRET}\x80`, 'latin1'))),
  'units in the decoder configuration': (base) =>
    changed(base, (picture) => ({
      ...picture,
      items: picture.items.map((item) => ({
        ...item,
        properties: item.properties.map((property) =>
          property.type === 'av1C'
            ? {
                ...property,
                body: Buffer.concat([property.body, u8(0x2a, SECRET.length), Buffer.from(SECRET)]),
              }
            : property,
        ),
      })),
    })),
  ...Object.fromEntries(
    Object.entries(ATTACHMENTS).flatMap(([name, attachment]) => [
      [`${name} in a box at the end`, (base: Buffer) => Buffer.concat([base, box('mdat', attachment)])],
      [
        `${name} in a free box at the start`,
        (base: Buffer) => changed(base, same, { before: [box('free', attachment)] }),
      ],
    ]),
  ),
};

/** What the primary picture and the items that it is made of hold. */
export function codedPixels(file: Uint8Array): Buffer {
  const { items } = readPicture(file);
  return Buffer.concat(
    items.filter(({ type }) => type === 'av01' || type === 'grid').map(({ data }) => data),
  );
}
