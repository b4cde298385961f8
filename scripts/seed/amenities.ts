import type { City } from './cities/city.ts';
import type { Layout } from './layout.ts';
import type { Random } from './random.ts';

/** How often a place has it, unless its city, its kind or its standard says otherwise. */
const USUAL = {
  wifi: 0.97,
  kitchen: 0.9,
  heating: 0.5,
  air_conditioning: 0.4,
  washer: 0.6,
  dryer: 0.2,
  tv: 0.75,
  iron: 0.6,
  hair_dryer: 0.6,
  dedicated_workspace: 0.45,
  pool: 0.06,
  hot_tub: 0.03,
  gym: 0.08,
  free_parking: 0.3,
  paid_parking: 0.15,
  ev_charger: 0.04,
  elevator: 0.3,
  step_free_entrance: 0.2,
  wide_doorways: 0.1,
  crib: 0.2,
  high_chair: 0.18,
  smoke_alarm: 0.85,
  carbon_monoxide_alarm: 0.5,
  fire_extinguisher: 0.6,
  first_aid_kit: 0.55,
  balcony: 0.35,
  garden: 0.12,
  bbq_grill: 0.08,
  fireplace: 0.04,
  sea_view: 0,
  mountain_view: 0,
  city_view: 0.15,
  lake_view: 0,
  beachfront: 0,
  breakfast: 0.06,
  self_check_in: 0.5,
  lockbox: 0.2,
  pets_allowed: 0.25,
  long_stays: 0.5,
  coffee_maker: 0.6,
  dishwasher: 0.35,
  microwave: 0.65,
  refrigerator: 0.85,
  oven: 0.55,
  hot_water: 0.98,
  bed_linen: 0.98,
  towels: 0.97,
  essentials: 0.95,
  mosquito_net: 0,
  backup_generator: 0,
  borehole_water: 0,
  security_guard: 0.03,
  cctv_outside: 0.15,
} as const satisfies Record<string, number>;

export type Amenity = keyof typeof USUAL;
export type Habits = Partial<Record<Amenity, number>>;

const BY_TYPE: Record<Layout['type'], Habits> = {
  apartment: { garden: 0.03, bbq_grill: 0.03, elevator: 0.45 },
  house: { elevator: 0, garden: 0.7, bbq_grill: 0.35, free_parking: 0.6, city_view: 0.08 },
  room: {
    kitchen: 0.6,
    washer: 0.4,
    oven: 0.2,
    dishwasher: 0.1,
    gym: 0.02,
    breakfast: 0.25,
    pets_allowed: 0.1,
  },
  villa: { elevator: 0, garden: 0.95, pool: 0.7, bbq_grill: 0.6, free_parking: 0.9, hot_tub: 0.2 },
  cabin: { elevator: 0, garden: 0.8, fireplace: 0.4, bbq_grill: 0.5, free_parking: 0.8, city_view: 0.02 },
  hotel_room: { kitchen: 0.05, washer: 0, oven: 0, dishwasher: 0, breakfast: 0.7, gym: 0.35, elevator: 0.7 },
  other: { garden: 0.5, elevator: 0, dishwasher: 0.1 },
};

/** The better the place, the likelier. */
const COMFORTS: readonly Amenity[] = [
  'pool',
  'hot_tub',
  'gym',
  'dishwasher',
  'dryer',
  'ev_charger',
  'coffee_maker',
  'dedicated_workspace',
  'balcony',
];

/** What can only be where the other is. */
const NEEDS: readonly (readonly [Amenity, Amenity])[] = [
  ['oven', 'kitchen'],
  ['dishwasher', 'kitchen'],
  ['dryer', 'washer'],
  ['lockbox', 'self_check_in'],
  ['beachfront', 'sea_view'],
];

export function drawAmenities(random: Random, city: City, { type, standard }: Layout): Amenity[] {
  const chances = { ...USUAL, ...city.habits, ...BY_TYPE[type] } as Record<Amenity, number>;
  for (const comfort of COMFORTS) chances[comfort] *= 0.4 + 1.2 * standard;
  const drawn = new Set(
    (Object.keys(USUAL) as Amenity[]).filter((amenity) => random.chance(chances[amenity])),
  );

  for (const [dependent, base] of NEEDS) if (!drawn.has(base)) drawn.delete(dependent);
  if (drawn.has('free_parking')) drawn.delete('paid_parking');
  return [...drawn];
}
