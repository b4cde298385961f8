import { type CodedPicture, readAv1 } from './av1.ts';
import { type Box, walkBoxes } from './avif-boxes.ts';
import { type Item, type Items, type Reference, readItems } from './avif-items.ts';
import { cleanProperties, isAlpha, shownSize, statedSize } from './avif-properties.ts';
import { type KeptItem, writeAvif } from './avif-write.ts';
import { ByteReader, concat } from './byte-reader.ts';
import { PictureAnimated, PictureMalformed, PictureTooLarge, PictureUnsupported } from './errors.ts';
import { MAX_PIXELS, type PictureFile, requireSameSize, type Size } from './rules.ts';

const MAX_MEDIA_BOXES = 16;
/** Two thousand items need a fraction of it; the pixels lie elsewhere. */
const MAX_META_BYTES = 1024 * 1024;
/** Tiles reach beyond the picture's right and lower edge; this is more than any real grid of its size codes. */
const MAX_TILE_PIXELS = 2 * MAX_PIXELS;

/**
 * Kept are the primary picture, the tiles of its grid and their alpha planes, in a file written anew around
 * their coded bytes. Thumbnails, depth, gain maps, Exif, XMP and whatever else has no reader here stay behind.
 */
export function readAvif(bytes: Uint8Array): PictureFile {
  let items: Items | undefined;
  let shown: Size | undefined;
  const media: Box[] = [];

  for (const box of walkBoxes(bytes)) {
    if (box.type === 'moov' || box.type === 'moof') throw PictureAnimated();
    if (box.type === 'mdat') media.push(box);
    if (media.length > MAX_MEDIA_BOXES) throw PictureMalformed({ detail: 'Too many boxes' });
    if (box.type !== 'meta') continue;
    if (items || box.body.length > MAX_META_BYTES)
      throw PictureMalformed({ detail: 'meta appears twice or is too long' });
    items = readItems(box);
    shown = shownSize(getItem(items, items.primary));
  }

  if (!items || !shown) throw PictureMalformed({ detail: 'meta is missing' });
  const selection = new Selection(items, new Payload(bytes.length, media, items.metaData));
  selection.keepPicture(items.primary);
  return { ...shown, pieces: writeAvif(selection.kept, selection.references()) };
}

function getItem({ items }: Items, id: number): Item {
  const item = items.get(id);
  if (!item) throw PictureMalformed({ detail: 'An item is missing' });
  return item;
}

/** The items that the shown picture needs, found by walking from the primary one. */
class Selection {
  readonly kept = new Map<number, KeptItem>();
  readonly #items: Items;
  readonly #payload: Payload;
  readonly #tiles = new Map<number, number[]>();
  readonly #alphas = new Map<number, number>();
  readonly #known = new Map<Uint8Array, CodedPicture>();

  constructor(items: Items, payload: Payload) {
    this.#items = items;
    this.#payload = payload;
    for (const { type, from, to } of items.references) {
      if (type === 'dimg') this.#tiles.set(from, to);
      const item = items.items.get(from);
      if (type !== 'auxl' || !item || !isAlpha(item)) continue;
      for (const target of to) if (!this.#alphas.has(target)) this.#alphas.set(target, from);
    }
  }

  keepPicture(primary: number): void {
    for (const id of this.#keepPlane(primary)) {
      const alpha = this.#alphas.get(id);
      if (alpha === undefined || this.kept.has(alpha)) continue;
      requireSameSize(statedSize(getItem(this.#items, id)), statedSize(getItem(this.#items, alpha)));
      this.#keepPlane(alpha);
    }
  }

  references(): Reference[] {
    const isKept = (id: number) => this.kept.has(id);
    return this.#items.references
      .filter(({ type, from }) => ['dimg', 'auxl', 'prem'].includes(type) && isKept(from))
      .map(({ type, from, to }) => ({ type, from, to: to.filter(isKept) }))
      .filter(({ to }) => to.length > 0);
  }

  /** Gives the ids of the plane: itself and, for a grid, its tiles. */
  #keepPlane(id: number): number[] {
    const item = getItem(this.#items, id);
    if (item.type === 'av01') this.#keepCoded(id, item);
    else if (item.type === 'grid') return [id, ...this.#keepGrid(id, item)];
    else throw PictureUnsupported({ detail: `The picture is put together by ${item.type}` });
    return [id];
  }

  #keepCoded(id: number, item: Item): Size {
    const { size, content } = this.#coded(this.#payload.of(item));
    requireSameSize(statedSize(item), size);
    this.kept.set(id, { type: item.type, properties: cleanProperties(item), content });
    return size;
  }

  #coded(bytes: Uint8Array): CodedPicture {
    const known = this.#known.get(bytes);
    if (known) return known;
    const coded = readAv1(bytes);
    this.#known.set(bytes, coded);
    return coded;
  }

  #keepGrid(id: number, item: Item): number[] {
    const tiles = this.#tiles.get(id) ?? [];
    const content = this.#payload.of(item);
    const grid = readGrid(content);
    requireSameSize(statedSize(item), grid);
    this.kept.set(id, { type: item.type, properties: cleanProperties(item), content });

    let tileSize: Size | undefined;
    for (const tile of new Set(tiles)) {
      const tileItem = getItem(this.#items, tile);
      if (tileItem.type !== 'av01') throw PictureUnsupported({ detail: 'A tile is itself put together' });
      const size = this.#keepCoded(tile, tileItem);
      requireSameSize((tileSize ??= size), size);
    }
    requireCovered(grid, tiles.length, tileSize);
    return tiles;
  }
}

type Grid = Size & { rows: number; columns: number };

function readGrid(content: Uint8Array): Grid {
  const reader = new ByteReader(content);
  const [version, flags, rows, columns] = [reader.u8(), reader.u8(), reader.u8() + 1, reader.u8() + 1];
  const [width, height] = flags & 1 ? [reader.u32(), reader.u32()] : [reader.u16(), reader.u16()];
  if (version !== 0 || reader.left > 0) throw PictureMalformed({ detail: 'The grid is described wrongly' });
  return { width, height, rows, columns };
}

function requireCovered({ rows, columns, width, height }: Grid, tiles: number, tile: Size | undefined): void {
  const covers = (count: number, length: number, whole: number) =>
    count * length >= whole && (count - 1) * length < whole;
  if (
    tiles !== rows * columns ||
    !tile ||
    !covers(columns, tile.width, width) ||
    !covers(rows, tile.height, height)
  )
    throw PictureMalformed({ detail: 'The grid and its tiles do not fit' });
  if (tiles * tile.width * tile.height > MAX_TILE_PIXELS) throw PictureTooLarge();
}

/** Hands out coded bytes: each stretch once, all together never more than the file has. */
class Payload {
  #left: number;
  readonly #media: readonly Box[];
  readonly #metaData: Uint8Array;
  readonly #known = new Map<string, Uint8Array>();

  constructor(fileBytes: number, media: readonly Box[], metaData: Uint8Array) {
    this.#left = fileBytes;
    this.#media = media;
    this.#metaData = metaData;
  }

  of({ places, inMeta }: Item): Uint8Array {
    const key = JSON.stringify([inMeta, places]);
    const known = this.#known.get(key);
    if (known) return known;

    this.#left -= places.reduce((sum, { length }) => sum + length, 0);
    if (this.#left < 0) throw PictureMalformed({ detail: 'Items overlap' });
    const stretches = places.map(({ from, length }) => {
      const source = inMeta ? { body: this.#metaData, bodyAt: 0 } : this.#mediaAround(from);
      return new ByteReader(source.body, from - source.bodyAt).take(length);
    });
    const content = stretches.length === 1 && stretches[0] ? stretches[0] : concat(stretches);
    this.#known.set(key, content);
    return content;
  }

  #mediaAround(from: number): Box {
    const box = this.#media.find(({ bodyAt, body }) => from >= bodyAt && from < bodyAt + body.length);
    if (!box) throw PictureMalformed({ detail: 'An item lies outside the data' });
    return box;
  }
}
