import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TimeZones } from '../src/properties/time-zones.ts';
import { ROOT } from './places.ts';

const PACKAGE = join(ROOT, 'node_modules/@photostructure/tz-lookup/tz.js');
const CELLS = /"([#-Z]{10000,})"/;
const NAMES = /\[("[A-Z][\w+-]*(?:\/[\w+-]+)*"(?:,"[A-Z][\w+-]*(?:\/[\w+-]+)*")+)\]/;

/** The table out of @photostructure/tz-lookup, which has it inside its code. A test asks both for the same places. */
export function timeZonesText(): string {
  const code = readFileSync(PACKAGE, 'utf8');
  const [cells, names] = [CELLS.exec(code)?.[1], NAMES.exec(code)?.[1]];
  if (cells === undefined || names === undefined) throw new Error(`${PACKAGE} has another form now`);
  return JSON.stringify({ names: JSON.parse(`[${names}]`), cells } satisfies TimeZones);
}
