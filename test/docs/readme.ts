import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/places.ts';

/** A fenced block, and what is written between the one before it and itself. */
export type Block = { readonly language: string; readonly text: string; readonly lead: string };

export const readDocument = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** From a heading of the second level to the next one. */
export function sectionOf(document: string, heading: string): string {
  const [, after] = document.split(`\n## ${heading}\n`);
  if (after === undefined) throw new Error(`There is no section "${heading}"`);
  return after.split('\n## ')[0] as string;
}

export const blocksOf = (document: string): Block[] =>
  [...document.matchAll(/(.*?)^```(\w*)\n(.*?)^```$/gms)].map(([, lead = '', language = '', text = '']) => ({
    language,
    text,
    lead,
  }));
