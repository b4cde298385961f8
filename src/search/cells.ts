import type { Point, Rect } from './point.ts';

/** The map in squares of 360 degrees halved so many times, in which is counted what is there. */
const LEVELS = { coarsest: 2, finest: 15 };
const NEIGHBOURS = 10;
const ROUND = 3_600_000_000;
const WEST = -1_800_000_000;

const cellKey = (level: number, column: number, row: number) => `${level}/${column}/${row}`;
const sizeAt = (level: number) => ROUND / 2 ** level;
const indexOf = (steps: number, level: number) => Math.floor((steps - WEST) / sizeAt(level));

export const ALL = 'all';
export const cityKey = (city: string) => `city/${city}`;
export const countryKey = (country: string) => `country/${country}`;

/** Of a point, in steps. */
export function cellsOf({ lng: x, lat: y }: Point): { cells: string[]; near: string } {
  const at = (level: number) => cellKey(level, indexOf(x, level), indexOf(y, level));
  const levels = Array.from({ length: LEVELS.finest - LEVELS.coarsest + 1 }, (_, up) => LEVELS.coarsest + up);
  return { cells: levels.map(at), near: at(NEIGHBOURS) };
}

/** The cells that a rectangle lies over, two to four in its longer direction and those that it touches, and how much of each. */
export function coverOf([w, s, e, n]: Rect): { key: string; share: number }[] {
  const side = Math.max(e - w, n - s, 1);
  const level = Math.max(LEVELS.coarsest, Math.min(LEVELS.finest, Math.ceil(Math.log2(ROUND / side)) + 1));
  const size = sizeAt(level);
  const cover: { key: string; share: number }[] = [];
  for (let column = indexOf(w, level); column <= indexOf(e, level); column++)
    for (let row = indexOf(s, level); row <= indexOf(n, level); row++) {
      const left = WEST + column * size;
      const bottom = WEST + row * size;
      const wide = Math.min(e, left + size) - Math.max(w, left) + 1;
      const high = Math.min(n, bottom + size) - Math.max(s, bottom) + 1;
      cover.push({ key: cellKey(level, column, row), share: Math.min(1, (wide / size) * (high / size)) });
    }
  return cover;
}
