import type { Conditions } from '../platform/conditions.ts';

/** Part of a file, as RFC 9110 has it. Only one range is given at a time; what asks for more gets the whole. */
export type ByteRange = { readonly offset: number; readonly length: number };

const ONE_RANGE = /^bytes=[ \t]*(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))[ \t]*$/i;

/** Whether a part is asked for, of the file that has this tag and no other. */
export const wantsPart = ({ range, ifRange }: Conditions, tag: string): boolean =>
  range !== undefined && isRange(range) && (ifRange === undefined || ifRange === tag);

/** One that ends before it begins is none. */
function isRange(range: string): boolean {
  const found = ONE_RANGE.exec(range);
  if (found === null) return false;
  const [, from, to] = found;
  return from === undefined || to === undefined || Number(from) <= Number(to);
}

/** Null for bytes that the file doesn't have. */
export function readRange(range: string, size: number): ByteRange | null {
  const [, from, to, suffix] = ONE_RANGE.exec(range) ?? [];
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? null : { offset: size - length, length };
  }
  const offset = Number(from);
  const end = Math.min(to === undefined ? size : Number(to) + 1, size);
  return offset < end ? { offset, length: end - offset } : null;
}
