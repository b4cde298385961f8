import type { Amenity } from './amenities.ts';
import type { City } from './cities/city.ts';
import type { Layout } from './layout.ts';
import type { Random } from './random.ts';
import type { Words } from './titles.ts';
import { capitalized, counted, inWords, listed, withArticle } from './words.ts';

/** A sentence for each, said only where it is true. */
const OF_THE_HOUSE: Partial<Record<Amenity, string>> = {
  pool: 'The pool is open all day.',
  hot_tub: 'The hot tub stands outside and is warm within the hour.',
  balcony: 'There is a balcony, just big enough for breakfast.',
  garden: 'The garden is yours to sit in, with shade for the hot hours.',
  fireplace: 'On cold evenings you can light the fire; wood is there.',
  bbq_grill: 'The grill is outside; bring charcoal.',
  sea_view: 'From the window you see the sea.',
  mountain_view: 'The mountain looks in at the window.',
  city_view: 'At night the view over the city is the best thing in the place.',
  dedicated_workspace: 'There is a real desk with a real chair, away from the noise.',
  air_conditioning: 'The air conditioning is quiet enough to sleep with.',
  dishwasher: 'Nobody has to wash up: there is a dishwasher.',
  breakfast: 'Breakfast is included, with fruit and fresh bread.',
  crib: 'For small guests there is a crib, made up if you say so in time.',
};
const OF_DAILY_LIFE: Partial<Record<Amenity, string>> = {
  self_check_in: 'You let yourself in, at whatever hour you arrive.',
  free_parking: 'Parking is free and right at the house.',
  paid_parking: 'There is a paid car park round the corner.',
  backup_generator: 'When the power goes, the generator takes over within seconds.',
  borehole_water: 'The house has its own borehole, so there is always water.',
  security_guard: 'A guard is at the gate day and night.',
  elevator: 'A lift goes to the door.',
  step_free_entrance: 'There are no steps from the street to the bed.',
  ev_charger: 'You can charge a car overnight.',
  pets_allowed: 'A well-behaved pet is welcome.',
  long_stays: 'Longer stays are welcome.',
  washer: 'The washing machine is yours to use.',
  mosquito_net: 'Every bed has a mosquito net.',
  wifi: 'The wifi is fast enough for calls with the picture on.',
};

const OPENINGS = [
  'Welcome to our {bare} in {neighbourhood}, on a street where people still greet each other.',
  'This is {place} in {neighbourhood}, close to {landmark} and yet quiet at night.',
  '{Place} in {neighbourhood}: easy to reach, easy to like, and all yours after a long day.',
  'If you want to live in {city} rather than to visit it, {place} in {neighbourhood} is a good start.',
  'We have made {place} out of what was an ordinary corner of {neighbourhood}, and we are rather fond of it.',
];
const SURROUNDINGS = [
  'Outside, {city} begins at once: {pleasures}.',
  'What we like about {neighbourhood}: {pleasures}.',
  'Our guests write about {pleasures}. {Landmark} is not far either.',
  'You are a short way from {landmark}, and close to what makes {city} worth the journey: {pleasures}.',
];
const CLOSINGS = [
  'Ask us anything before you come; we answer within the day.',
  'We leave a list of the places where we eat ourselves.',
  'The home is cleaned by people who have done it for years, and it shows.',
  'We live nearby and help where we can, and leave you alone where we can’t.',
];

export function drawDescription(
  random: Random,
  city: City,
  layout: Layout,
  neighbourhood: string,
  amenities: readonly Amenity[],
  { adjective, noun }: Words,
): string {
  const bare = `${adjective.toLowerCase()} ${noun}`;
  const place = withArticle(bare);
  const landmark = random.pick(city.landmarks);
  const words: Record<string, string> = {
    bare,
    place,
    Place: capitalized(place),
    neighbourhood,
    city: city.name,
    landmark,
    Landmark: capitalized(landmark),
    pleasures: listed(random.sample(city.pleasures, random.int(2, 3))),
  };
  const filled = (pattern: string) =>
    pattern.replaceAll(/\{(\w+)\}/g, (_, word: string) => words[word] ?? '');
  const said = (sentences: Partial<Record<Amenity, string>>, count: number) =>
    random.sample(
      amenities.flatMap((amenity) => sentences[amenity] ?? []),
      count,
    );

  const daily = [...said(OF_DAILY_LIFE, random.int(1, 4)), random.pick(CLOSINGS)].join(' ');
  return [
    filled(random.pick(OPENINGS)),
    [toRooms(layout), ...said(OF_THE_HOUSE, random.int(1, 4))].join(' '),
    ...(random.chance(0.8) ? [filled(random.pick(SURROUNDINGS))] : []),
    ...(random.chance(0.8) ? [daily] : []),
  ].join('\n\n');
}

function toRooms({ type, guests, bedrooms, beds, bathrooms }: Layout): string {
  const baths = counted(bathrooms, 'bathroom');
  if (type === 'room' || type === 'hotel_room')
    return `The room has ${counted(beds, 'bed')} for up to ${counted(guests, 'guest')}, and there is a bathroom.`;
  const sleeps = guests === 1 ? 'one guest sleeps' : `up to ${inWords(guests)} guests sleep`;
  return `There are ${counted(bedrooms, 'bedroom')} and ${baths}; ${sleeps} in ${counted(beds, 'bed')}.`.replace(
    'There are one',
    'There is one',
  );
}
