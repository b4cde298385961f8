import type { Buffer } from 'node:buffer';
import * as avif from './avif-files.ts';
import * as jpeg from './jpeg-files.ts';
import * as png from './png-files.ts';
import * as webp from './webp-files.ts';

export const FORMATS = {
  'image/jpeg': jpeg,
  'image/png': png,
  'image/webp': webp,
  'image/avif': avif,
} as const;
export type Type = keyof typeof FORMATS;

export type File = { type: Type; base: string; carrier: string; clean: Buffer; bytes: Buffer };

/** Every base picture of every type with every kind of metadata that its type can carry. */
export const FILES: File[] = (Object.keys(FORMATS) as Type[]).flatMap((type) =>
  Object.entries(FORMATS[type].bases).flatMap(([base, clean]) =>
    Object.entries(FORMATS[type].carriers).map(([carrier, put]) => ({
      type,
      base,
      carrier,
      clean,
      bytes: put(clean),
    })),
  ),
);

/** One test a kind of metadata, over all pictures that can carry it. */
export const CASES: [type: Type, carrier: string, files: File[]][] = (Object.keys(FORMATS) as Type[]).flatMap(
  (type) =>
    Object.keys(FORMATS[type].carriers).map((carrier): [Type, string, File[]] => [
      type,
      carrier,
      FILES.filter((file) => file.type === type && file.carrier === carrier),
    ]),
);
