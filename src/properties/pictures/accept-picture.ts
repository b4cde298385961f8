import { sha256 } from '../../kernel/crypto.ts';
import { concat } from './byte-reader.ts';
import { PictureMistyped } from './errors.ts';
import { readPicture, typeOf } from './read-picture.ts';
import type { PictureType, Size } from './rules.ts';

export type AcceptedPicture = Size & { type: PictureType; bytes: Uint8Array<ArrayBuffer>; hash: string };

/** An upload becomes a picture: its type proven, its size within bounds, its metadata gone, its name its hash. */
export function acceptPicture(upload: Uint8Array, contentType: string): AcceptedPicture {
  const type = typeOf(upload);
  const { width, height, pieces } = readPicture(upload, type);
  if (essenceOf(contentType) !== type)
    throw PictureMistyped({ detail: `Sent as ${essenceOf(contentType)}, but it is ${type}` });

  const bytes = concat(pieces);
  return { type, width, height, bytes, hash: sha256(bytes) };
}

const essenceOf = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();
