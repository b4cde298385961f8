import { Buffer } from 'node:buffer';
import type { Keyring } from './crypto.ts';
import { fromBase64Url } from './crypto.ts';
import { inAddress, z } from './zod.ts';

/**
 * Lists are walked by keyset: a cursor names the last row that was seen, is signed, and belongs to one
 * list of one account, so that nobody can build one or carry it elsewhere.
 */
export type Page<T> = { readonly data: readonly T[]; readonly nextCursor: string | null };
export type Position = readonly (string | number)[];

export const pageQuery = {
  limit: inAddress(z.number().int().min(1).max(100)).default(20),
  cursor: z.string().min(1).max(500).optional(),
};

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() });

export function writeCursor(keyring: Keyring, list: string, position: Position): string {
  const content = Buffer.from(JSON.stringify(position)).toString('base64url');
  return `${content}.${keyring.mac('cursor', list, content)}`;
}

/** Null when this cursor was not made here for this list. */
export function readCursor(keyring: Keyring, list: string, cursor: string): Position | null {
  const [content = '', mac = '', ...rest] = cursor.split('.');
  if (rest.length > 0 || !keyring.macMatches('cursor', mac, list, content)) return null;
  const bytes = fromBase64Url(content);
  return bytes === null ? null : (JSON.parse(bytes.toString('utf8')) as Position);
}

/** Cuts the one row too many that a query fetched to learn whether there is more. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  cursorAfter: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? cursorAfter(last) : null,
  };
}
