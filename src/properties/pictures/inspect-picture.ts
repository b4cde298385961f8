import { readPicture, typeOf } from './read-picture.ts';
import type { PictureType, Size } from './rules.ts';

/** What the file is, and its size as browsers show it; a file that could not be stored is refused by name. */
export function inspectPicture(bytes: Uint8Array): Size & { type: PictureType } {
  const type = typeOf(bytes);
  const { width, height } = readPicture(bytes, type);
  return { type, width, height };
}
