import type { Sort } from './schemas.ts';

/**
 * The tree `place` has the orders among its dimensions, so that a region can be read in slices of an order. How
 * thick one has to be for some tens of places is told by the mean and the deviation of those in the region.
 */
export type Crowd = { readonly count: number; readonly mean: number; readonly deviation: number };
/** Both ends belong to it. */
export type Slab = readonly [low: number, high: number];
type Dimension = {
  readonly name: 'p' | 's' | 'r';
  /** What the tree has for one that a tally counts. */
  readonly unit: number;
  /** Where a key lies; never beyond where the tree has it. */
  readonly of: (key: number) => number;
  /** The least key that lies there or beyond. */
  readonly keyFrom: (value: number) => number;
};

const LOG_STEPS = 40_000_000;
const LEAST = -2_147_483_648;
const MOST = 2_147_483_647;
const same = (key: number) => key;
const price: Dimension = {
  name: 'p',
  unit: LOG_STEPS,
  of: (key) => Math.trunc(Math.log(Math.max(1, key)) * LOG_STEPS),
  keyFrom(value) {
    let below = Math.floor(Math.exp((value - 2) / LOG_STEPS));
    let least = Math.ceil(Math.exp((value + 2) / LOG_STEPS));
    for (;;) {
      const middle = Math.floor((below + least) / 2);
      if (middle <= below || middle >= least) return least;
      if (price.of(middle) >= value) least = middle;
      else below = middle;
    }
  },
};

export const DIMENSIONS: Readonly<Record<Sort, Dimension | null>> = {
  recommended: { name: 's', unit: 1e6, of: same, keyFrom: same },
  price,
  '-price': price,
  rating: { name: 'r', unit: 1e8, of: same, keyFrom: same },
  newest: null,
  distance: null,
};

const SLICES = 10;
/** Bell curves are near this one, which has an inverse. */
const STEEP = 1.702;
const shareBelow = (z: number) => 1 / (1 + Math.exp(-STEEP * z));
const placeOf = (share: number) => Math.log(share / (1 - share)) / STEEP;

/**
 * Slices with so many places in all, as far as can be told, in the direction of the order, from a value on. Each is twice
 * as thick as the one before, so that the first few are small wherever the places lie much closer than was thought.
 */
export function slabsFrom(
  { count, mean, deviation }: Crowd,
  down: boolean,
  from: number | null,
  places: number,
): Slab[] {
  const way = down ? -1 : 1;
  const start = from ?? (down ? MOST : LEAST);
  let share = shareBelow((way * (start - mean)) / deviation);
  let edge = start;
  const slabs: Slab[] = [];
  for (let at = SLICES; at > 0; at--) {
    const step = Math.min(1, places / 2 ** at / Math.max(1, count));
    share += step;
    const isLast = share >= 1 - step / 4;
    const next = isLast ? (down ? LEAST : MOST) : Math.round(mean + way * placeOf(share) * deviation);
    const end = Math.max(LEAST, Math.min(MOST, way * next > way * edge ? next : edge + way));
    slabs.push(down ? [end, edge] : [edge, end]);
    if (isLast || end === LEAST || end === MOST) break;
    edge = end + way;
  }
  return slabs;
}

/** Where the order goes on behind a slice; null behind the last. */
export function edgeBehind([low, high]: Slab, down: boolean): number | null {
  if (down) return low === LEAST ? null : low - 1;
  return high === MOST ? null : high + 1;
}

/** Between two values that belong to it; null for none. */
export const wholeSlab = (low: number | null, high: number | null): Slab => [low ?? LEAST, high ?? MOST];

/** What comes before all that lies behind an edge, as a key and an id. */
export const placeBefore = (
  { keyFrom }: Dimension,
  edge: number,
  down: boolean,
): readonly [number, string] =>
  down ? [keyFrom(edge + 1), BEFORE_ALL_IDS] : [keyFrom(edge) - 1, AFTER_ALL_IDS];
const BEFORE_ALL_IDS = ' ';
export const AFTER_ALL_IDS = '~';
