import type { Item, Property } from './avif-items.ts';
import { asciiBytes, asciiOf, ByteReader, concat, startsWith } from './byte-reader.ts';
import { PictureCropped, PictureMalformed, PictureUnsupported } from './errors.ts';
import { cleanProfile } from './icc.ts';
import { requireSize, type Size } from './rules.ts';

const ALPHA_NAMES = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1'];
/** Encoders that need even or rounded sizes cut this little off again; a wider cut hides something. */
const MAX_CUT_PIXELS = 7;

const exactly =
  (length: number) =>
  (body: Uint8Array): Uint8Array => {
    if (body.length !== length) throw PictureMalformed({ detail: 'A property has a wrong length' });
    return body;
  };

/** Properties that showing depends on, and what of each is written; null leaves it out. */
const RENDERING: Record<string, (body: Uint8Array) => Uint8Array | null> = {
  ispe: exactly(12),
  irot: exactly(1),
  imir: exactly(1),
  pasp: exactly(8),
  clap: exactly(32),
  clli: exactly(4),
  mdcv: exactly(24),
  pixi: (body) => exactly(5 + Math.min(body[4] ?? 0, 4))(body),
  av1C: (body) => new ByteReader(body).take(4),
  colr: (body) => {
    if (startsWith(body, 'nclx')) return exactly(11)(body);
    const profile =
      startsWith(body, 'prof') || startsWith(body, 'rICC') ? cleanProfile(body.subarray(4)) : null;
    return profile && concat([asciiBytes('prof'), profile]);
  },
  auxC: (body) => {
    const name = auxiliaryName(body);
    return ALPHA_NAMES.includes(name) ? asciiBytes(`\0\0\0\0${name}\0`) : null;
  },
};

export const isAlpha = (item: Item): boolean =>
  item.properties.some(({ type, body }) => type === 'auxC' && ALPHA_NAMES.includes(auxiliaryName(body)));

const auxiliaryName = (body: Uint8Array): string => asciiOf(body.subarray(4, 100)).split('\0')[0] ?? '';

export function cleanProperties(item: Item): Property[] {
  const seen = new Set<string>();
  const kept: Property[] = [];
  for (const { type, body, essential } of item.properties) {
    const clean = RENDERING[type];
    if (!clean && essential)
      throw PictureUnsupported({ detail: `The picture cannot be shown without ${type}` });
    const cleaned = clean?.(body);
    if (!cleaned) continue;
    const name = type === 'colr' ? type + asciiOf(cleaned.subarray(0, 4)) : type;
    if (seen.has(name)) throw PictureMalformed({ detail: `${type} appears twice` });
    seen.add(name);
    kept.push({ type, body: cleaned, essential });
  }
  return kept;
}

export function statedSize(item: Item): Size {
  const property = find(item, 'ispe');
  if (!property) throw PictureMalformed({ detail: 'An item states no size' });
  const reader = new ByteReader(property, 4);
  return requireSize(reader.u32(), reader.u32());
}

/** After cutting and turning, in the order in which a viewer does both. */
export function shownSize(item: Item): Size {
  const size = cutSize(item, statedSize(item));
  const quarters = find(item, 'irot')?.[0] ?? 0;
  return quarters % 2 === 1 ? { width: size.height, height: size.width } : size;
}

function cutSize(item: Item, whole: Size): Size {
  const aperture = find(item, 'clap');
  if (!aperture) return whole;
  const reader = new ByteReader(aperture);
  const width = reader.u32() / reader.u32();
  const height = reader.u32() / reader.u32();
  const isPossible =
    Number.isInteger(width) && Number.isInteger(height) && width <= whole.width && height <= whole.height;
  if (!isPossible) throw PictureMalformed({ detail: 'The picture is cut to an impossible size' });
  if (whole.width - width > MAX_CUT_PIXELS || whole.height - height > MAX_CUT_PIXELS) throw PictureCropped();
  return requireSize(width, height);
}

const find = (item: Item, type: string): Uint8Array | undefined =>
  item.properties.find((property) => property.type === type)?.body;
