/** What a place can have, by the group under which people look for it. Keys are never renamed. */
const CATALOGUE = {
  essentials: {
    essentials: 'Essentials',
    hot_water: 'Hot water',
    bed_linen: 'Bed linen',
    towels: 'Towels',
    extra_blankets: 'Extra pillows and blankets',
    hangers: 'Hangers',
    iron: 'Iron',
    hair_dryer: 'Hair dryer',
    mosquito_net: 'Mosquito net',
    blackout_curtains: 'Blackout curtains',
    washer: 'Washer',
    dryer: 'Dryer',
    clothes_drying_rack: 'Drying rack for clothes',
    bathtub: 'Bathtub',
  },
  climate: {
    heating: 'Heating',
    air_conditioning: 'Air conditioning',
    ceiling_fan: 'Ceiling fan',
    fireplace: 'Fireplace',
  },
  work_and_leisure: {
    wifi: 'Wi-Fi',
    dedicated_workspace: 'Dedicated workspace',
    tv: 'TV',
    sound_system: 'Sound system',
    books: 'Books',
    board_games: 'Board games',
    pool: 'Pool',
    hot_tub: 'Hot tub',
    sauna: 'Sauna',
    gym: 'Gym',
  },
  kitchen: {
    kitchen: 'Kitchen',
    refrigerator: 'Refrigerator',
    freezer: 'Freezer',
    oven: 'Oven',
    stove: 'Stove',
    microwave: 'Microwave',
    dishwasher: 'Dishwasher',
    coffee_maker: 'Coffee maker',
    kettle: 'Kettle',
    toaster: 'Toaster',
    cooking_basics: 'Pots, pans, oil and salt',
    dishes_and_cutlery: 'Dishes and cutlery',
    breakfast: 'Breakfast',
  },
  outdoors: {
    balcony: 'Balcony',
    garden: 'Garden',
    terrace: 'Terrace',
    bbq_grill: 'Barbecue grill',
    outdoor_dining: 'Table outdoors',
    beachfront: 'On the beach',
    sea_view: 'View of the sea',
    lake_view: 'View of a lake',
    mountain_view: 'View of mountains',
    city_view: 'View of the city',
  },
  families: {
    crib: 'Crib',
    high_chair: 'High chair',
    childrens_toys: 'Toys for children',
    stair_gate: 'Stair gate',
  },
  access: {
    elevator: 'Elevator',
    step_free_entrance: 'Entrance without steps',
    wide_doorways: 'Wide doorways',
    step_free_shower: 'Shower without steps',
    self_check_in: 'Check-in without meeting',
    lockbox: 'Lockbox',
    luggage_storage: 'Luggage can be left',
  },
  parking: {
    free_parking: 'Free parking',
    paid_parking: 'Paid parking',
    ev_charger: 'Charger for electric cars',
  },
  safety: {
    smoke_alarm: 'Smoke alarm',
    carbon_monoxide_alarm: 'Carbon monoxide alarm',
    fire_extinguisher: 'Fire extinguisher',
    first_aid_kit: 'First aid kit',
    security_guard: 'Security guard',
    cctv_outside: 'Cameras outside',
    safe: 'Safe',
  },
  supply: {
    backup_generator: 'Backup generator',
    borehole_water: 'Borehole water',
    solar_power: 'Solar power',
  },
  house_policy: {
    pets_allowed: 'Pets are welcome',
    long_stays: 'Stays of 28 nights and more',
    smoking_allowed: 'Smoking is allowed',
  },
} as const;

type Catalogue = typeof CATALOGUE;
export type AmenityGroup = keyof Catalogue;
export type AmenityKey = { [G in AmenityGroup]: keyof Catalogue[G] }[AmenityGroup];
type Amenity = { readonly key: AmenityKey; readonly label: string; readonly group: AmenityGroup };

export const AMENITIES: readonly Amenity[] = Object.entries(CATALOGUE).flatMap(([group, labels]) =>
  Object.entries(labels).map(([key, label]) => ({ key, label, group }) as Amenity),
);
export const AMENITY_KEYS = AMENITIES.map(({ key }) => key) as [AmenityKey, ...AmenityKey[]];
export const AMENITY_GROUPS = Object.keys(CATALOGUE) as [AmenityGroup, ...AmenityGroup[]];
