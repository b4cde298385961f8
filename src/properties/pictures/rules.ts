import { PictureMalformed, PictureTooLarge } from './errors.ts';

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

export const MAX_PIXELS = 25_000_000;

export type Size = { width: number; height: number };

/** A file that was read to its end: its size as it is shown, and the pieces that its clean copy is made of. */
export type PictureFile = Size & { pieces: Uint8Array[] };

/** Every size that a header states passes through here before the reader looks any further. */
export function requireSize(width: number, height: number): Size {
  if (width === 0 || height === 0)
    throw PictureMalformed({ detail: 'The picture has no width or no height' });
  if (width * height > MAX_PIXELS) throw PictureTooLarge({ detail: `${width} × ${height} pixels` });
  return { width, height };
}

export function requireSameSize(stated: Size, coded: Size): void {
  if (stated.width !== coded.width || stated.height !== coded.height)
    throw PictureMalformed({ detail: 'The header and the coded picture state different sizes' });
}
