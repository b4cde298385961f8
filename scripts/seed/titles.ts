import type { Amenity } from './amenities.ts';
import type { City } from './cities/city.ts';
import type { Layout } from './layout.ts';
import type { Random } from './random.ts';
import { capitalized, HIGHLIGHTS, inWords, nounsOf } from './words.ts';

const ANY = [
  'Bright',
  'Quiet',
  'Cosy',
  'Sunny',
  'Calm',
  'Light-filled',
  'Friendly',
  'Airy',
  'Leafy',
  'Restful',
  'Charming',
];
const PLAIN = [...ANY, 'Simple', 'Handy', 'Compact', 'Good-value', 'Tidy', 'No-fuss', 'Homely'];
const FINE = [
  ...ANY,
  'Stylish',
  'Elegant',
  'Spacious',
  'Design-minded',
  'Beautiful',
  'Refined',
  'Generous',
  'Polished',
];

export type Words = { adjective: string; noun: string };

/** The title and the description call the place the same. */
export const drawWords = (random: Random, layout: Layout): Words => ({
  adjective: random.pick(layout.standard > 0.5 ? FINE : PLAIN),
  noun: random.pick(nounsOf(layout)),
});

export function drawTitle(
  random: Random,
  city: City,
  layout: Layout,
  neighbourhood: string,
  amenities: readonly Amenity[],
  { adjective, noun }: Words,
): string {
  const highlights = amenities.flatMap((amenity) => HIGHLIGHTS[amenity] ?? []);
  const [first = 'hot water', second = 'fresh linen'] = random.sample(highlights, 2);
  const size = layout.bedrooms > 1 ? `${inWords(layout.bedrooms)}-bedroom ${noun}` : noun;
  const place = noun.includes(' in ') ? noun : `${noun} in ${neighbourhood}`;
  return random.pick([
    `${adjective} ${place}, with ${first}`,
    `${adjective} ${noun} with ${first} and ${second}`,
    `${neighbourhood}: ${size} with ${first} and ${second}`,
    `${adjective} ${size} near ${random.pick(city.landmarks)}`,
    `${capitalized(size)} with ${first}, ${neighbourhood}`,
    `${adjective} ${noun} for ${inWords(layout.guests)}, ${neighbourhood}, with ${first}`,
    `${adjective} ${neighbourhood} ${noun} near ${random.pick(city.landmarks)}`,
  ]);
}
