import { AFRICA } from './cities/africa.ts';
import { AMERICAS } from './cities/americas.ts';
import { ASIA_PACIFIC } from './cities/asia-pacific.ts';
import type { City } from './cities/city.ts';
import { EUROPE } from './cities/europe.ts';

/** In turns, so that a few places are far apart already. */
export const CITIES: readonly City[] = inTurns([AFRICA, EUROPE, ASIA_PACIFIC, AMERICAS]);

/** By its name, where neither case nor accents count. */
export function getCity(name: string): City {
  const city = CITIES.find((known) => keyOf(known.name) === keyOf(name));
  if (city) return city;
  const names = CITIES.map((known) => known.name).sort((a, b) => a.localeCompare(b, 'en'));
  throw new Error(`No such city: ${name}. There are ${names.join(', ')}.`);
}

const keyOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .trim()
    .toLowerCase();

function inTurns(lists: readonly (readonly City[])[]): City[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, row) => lists.flatMap((list) => list[row] ?? [])).flat();
}
