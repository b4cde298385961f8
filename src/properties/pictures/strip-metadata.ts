import { concat } from './byte-reader.ts';
import { PictureMistyped } from './errors.ts';
import { readPicture, typeOf } from './read-picture.ts';
import type { PictureType } from './rules.ts';

/** The same picture without anything that tells where, when, by whom or with what it was made. */
export function stripMetadata(bytes: Uint8Array, type: PictureType): Uint8Array<ArrayBuffer> {
  if (typeOf(bytes) !== type) throw PictureMistyped();
  return concat(readPicture(bytes, type).pieces);
}
