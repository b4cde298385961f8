import type { Currency } from '../../../src/kernel/money.ts';
import type { Rates } from '../../../src/pricing/index.ts';
import type { Habits } from '../amenities.ts';

/** What is known of a city. Amounts are in its whole currency, not in minor units. */
export type City = {
  name: string;
  region?: string;
  country: string;
  lat: number;
  lng: number;
  /** Small enough that water is outside. */
  radiusKm: number;
  timeZone: string;
  currency: Currency;
  /** A night in a home with one bedroom, the plainest and the best; prices are multiples of `step`. */
  nightly: { from: number; to: number; step: number };
  taxes: NonNullable<Rates['taxes']>;
  /** In months and days; no two share a day, and one may go over the new year. */
  seasons: readonly Season[];
  habits: Habits;
  neighbourhoods: readonly string[];
  streets: readonly string[];
  /** `{number}`, `{small}`, `{street}` and `{neighbourhood}` are filled in. */
  line1: string;
  /** Every # becomes a digit. */
  postalCodes: readonly string[];
  registration?: string;
  landmarks: readonly string[];
  pleasures: readonly string[];
};

export type Season = { name: string; from: MonthDay; to: MonthDay; factor: number };
export type MonthDay = `${number}-${number}`;

export const HOT: Habits = { air_conditioning: 0.85, heating: 0, fireplace: 0, pool: 0.15 };
export const COLD: Habits = { air_conditioning: 0.12, heating: 0.99, fireplace: 0.06, pool: 0.02 };
export const MILD: Habits = { air_conditioning: 0.45, heating: 0.8, pool: 0.05 };

const AFRICAN_CITY: Habits = {
  backup_generator: 0.5,
  security_guard: 0.5,
  free_parking: 0.65,
  cctv_outside: 0.3,
  mosquito_net: 0.5,
};
export const HIGHLAND: Habits = {
  ...AFRICAN_CITY,
  air_conditioning: 0.06,
  heating: 0.04,
  borehole_water: 0.35,
  fireplace: 0.1,
};
export const AFRICAN_COAST: Habits = { ...AFRICAN_CITY, ...HOT, borehole_water: 0.3, mosquito_net: 0.7 };

/** A part of the price, or on top of it. */
export const percentTax = (name: string, value: number, inclusive = false): City['taxes'][number] => ({
  name,
  kind: 'percent',
  value,
  ...(inclusive ? { inclusive } : {}),
});
/** In whole currency, like everything here. */
export const guestTax = (name: string, value: number): City['taxes'][number] => ({
  name,
  kind: 'per_guest_night',
  value,
  childrenExempt: true,
});
export const nightTax = (name: string, value: number): City['taxes'][number] => ({
  name,
  kind: 'per_night',
  value,
});
