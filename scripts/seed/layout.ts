import type { PropertyType } from '../../src/properties/schemas.ts';
import type { Random } from './random.ts';

export type Layout = {
  type: PropertyType;
  /** From plain, 0, to the best, 1. */
  standard: number;
  guests: number;
  bedrooms: number;
  beds: number;
  bathrooms: number;
};

/** Of a hundred places, and the numbers of bedrooms each kind is drawn from. */
const KINDS: readonly { type: PropertyType; share: number; bedrooms: readonly number[] }[] = [
  { type: 'apartment', share: 50, bedrooms: [1, 1, 1, 1, 2, 2, 2, 3] },
  { type: 'house', share: 17, bedrooms: [2, 2, 3, 3, 3, 4, 5] },
  { type: 'room', share: 14, bedrooms: [1] },
  { type: 'villa', share: 6, bedrooms: [3, 4, 4, 5, 6] },
  { type: 'hotel_room', share: 6, bedrooms: [1] },
  { type: 'cabin', share: 4, bedrooms: [1, 1, 2, 3] },
  { type: 'other', share: 3, bedrooms: [1, 1, 2] },
];

export function drawLayout(random: Random): Layout {
  const { type, bedrooms: sizes } = drawKind(random);
  const bedrooms = random.pick(sizes);
  const spare = type === 'room' || type === 'hotel_room' ? random.int(0, 1) : random.int(0, bedrooms);
  const beds = bedrooms + spare;
  return {
    type,
    // Two draws make the middle commoner than the ends.
    standard: (random.next() + random.next()) / 2,
    bedrooms,
    beds,
    guests: bedrooms * 2 + spare - (bedrooms === 1 && random.chance(0.15) ? 1 : 0),
    bathrooms: Math.max(1, Math.min(bedrooms, Math.round(bedrooms * random.between(0.45, 1)))),
  };
}

function drawKind(random: Random): (typeof KINDS)[number] {
  let left = random.next() * KINDS.reduce((sum, { share }) => sum + share, 0);
  const kind = KINDS.find(({ share }) => (left -= share) < 0) ?? KINDS[0];
  if (kind === undefined) throw new Error('There are no kinds of places');
  return kind;
}
