import { readAvif } from './avif.ts';
import { isAvif } from './avif-boxes.ts';
import { PictureUnsupported } from './errors.ts';
import { isJpeg, readJpeg } from './jpeg.ts';
import { isPng, readPng } from './png.ts';
import type { PictureFile, PictureType } from './rules.ts';
import { isWebp, readWebp } from './webp.ts';

type Format = { is(bytes: Uint8Array): boolean; read(bytes: Uint8Array): PictureFile };

const FORMATS: Record<PictureType, Format> = {
  'image/jpeg': { is: isJpeg, read: readJpeg },
  'image/png': { is: isPng, read: readPng },
  'image/webp': { is: isWebp, read: readWebp },
  'image/avif': { is: isAvif, read: readAvif },
};

/** By the first bytes only, whatever the sender or a file name says. */
export function typeOf(bytes: Uint8Array): PictureType {
  for (const [type, format] of Object.entries(FORMATS)) if (format.is(bytes)) return type as PictureType;
  throw PictureUnsupported();
}

export const readPicture = (bytes: Uint8Array, type: PictureType): PictureFile => FORMATS[type].read(bytes);
