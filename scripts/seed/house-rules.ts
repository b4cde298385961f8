import type { Amenity } from './amenities.ts';
import type { Random } from './random.ts';

const QUIET = [
  'Quiet after 22:00.',
  'Please be quiet on the stairs at night.',
  'Quiet hours are from 21:00 to 7:00.',
];
const OTHER = [
  'Shoes off at the door, please.',
  'No parties.',
  'Please switch off the lights and the air when you go out.',
  'Only the guests named in the booking stay overnight.',
  'Take the rubbish out on the day of leaving.',
  'Water is precious here: please don’t let it run.',
  'Tell us if something breaks; we won’t be cross.',
];

export const drawHouseRules = (random: Random, amenities: readonly Amenity[]): string =>
  [
    random.chance(0.8) ? 'No smoking inside.' : 'Smoking outside only.',
    amenities.includes('pets_allowed') ? 'Pets are welcome, but not on the beds.' : 'No pets.',
    random.pick(QUIET),
    ...random.sample(OTHER, random.int(1, 4)),
  ].join('\n');
