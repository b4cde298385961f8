import { type Files, readFile } from '../platform/files.ts';

/**
 * Which time zone lies where. The table lies beside the Worker as a file (`scripts/time-zones.ts`): it is large, and
 * only asked when a place is given its location. An isolate keeps it after its first look.
 */
export type TimeZones = {
  readonly names: readonly string[];
  /**
   * Numbers of two digits. First the cells of a grid over the whole earth, from the north-west, row by row; then
   * blocks of four that each divide a cell. A number counted from the end is a name; any other says how many blocks
   * on lies the one that divides this cell.
   */
  readonly cells: string;
};

export const TIME_ZONES_FILE = 'data/time-zones.json';
const COLUMNS = 48;
const ROWS = 24;
const BASE = 56;
const DIGITS_FROM = '#'.charCodeAt(0);
// A hair more than there are, so that the last degree lies inside the last cell.
const DEGREES_AROUND = 360.00000000000006;
const DEGREES_ACROSS = 180.00000000000003;
const NORTH_POLE = 90;

let known: TimeZones | null = null;

export async function openTimeZones(files: Files): Promise<TimeZones> {
  known ??= await readFile(files, TIME_ZONES_FILE, (text) => JSON.parse(text) as TimeZones);
  return known;
}

export function findTimeZone({ names, cells }: TimeZones, lat: number, lng: number): string {
  if (lat >= NORTH_POLE) return 'Etc/GMT';
  const digit = (index: number) => cells.charCodeAt(index) - DIGITS_FROM;
  const firstName = BASE * BASE - names.length;
  let column = (COLUMNS * (180 + lng)) / DEGREES_AROUND;
  let row = (ROWS * (90 - lat)) / DEGREES_ACROSS;
  let cell = COLUMNS * Math.trunc(row) + Math.trunc(column);
  for (let block = -1; ; ) {
    const number = BASE * digit(2 * cell) + digit(2 * cell + 1);
    // Also ends where a broken table has no number.
    if (!(number < firstName)) return names[number - firstName] ?? '';
    block += number + 1;
    column = 2 * (column % 1);
    row = 2 * (row % 1);
    cell = COLUMNS * ROWS + 4 * block + 2 * Math.trunc(row) + Math.trunc(column);
  }
}
