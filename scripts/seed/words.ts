import type { Amenity } from './amenities.ts';
import type { Layout } from './layout.ts';

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
export const inWords = (count: number): string => NUMBERS[count] ?? String(count);

export const counted = (count: number, noun: string): string =>
  `${inWords(count)} ${noun}${count === 1 ? '' : 's'}`;

export const withArticle = (words: string): string => `${/^[aeio]/i.test(words) ? 'an' : 'a'} ${words}`;

export const capitalized = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** What one calls a place of the kind; those after the first are as good. */
export function nounsOf({ type, bedrooms, standard }: Layout): readonly string[] {
  switch (type) {
    case 'apartment':
      return bedrooms > 1
        ? ['apartment', 'flat', 'home', 'family flat']
        : ['apartment', 'flat', 'studio', 'loft', 'hideaway'];
    case 'house':
      return standard > 0.6
        ? ['house', 'family house', 'townhouse', 'garden house']
        : ['house', 'cottage', 'family home', 'bungalow'];
    case 'room':
      return ['room', 'guest room', 'private room', 'double room', 'room in a shared home'];
    case 'villa':
      return ['villa', 'family villa', 'garden villa', 'walled villa'];
    case 'cabin':
      return ['cabin', 'wooden cabin', 'garden cabin', 'timber house'];
    case 'hotel_room':
      return ['hotel room', 'guesthouse room', 'room in a small hotel', 'boutique room'];
    case 'other':
      return ['garden annexe', 'converted workshop', 'roof pavilion', 'artist’s studio', 'old coach house'];
  }
}

/** What is worth a word in a title. */
export const HIGHLIGHTS: Partial<Record<Amenity, string>> = {
  pool: 'a pool',
  hot_tub: 'a hot tub',
  gym: 'a gym',
  balcony: 'a balcony',
  garden: 'a garden',
  bbq_grill: 'a barbecue',
  fireplace: 'a fireplace',
  sea_view: 'a sea view',
  mountain_view: 'a mountain view',
  city_view: 'a city view',
  free_parking: 'free parking',
  ev_charger: 'a car charger',
  dedicated_workspace: 'a proper desk',
  air_conditioning: 'cool air',
  breakfast: 'breakfast',
  backup_generator: 'backup power',
  self_check_in: 'self check-in',
  step_free_entrance: 'no steps',
  coffee_maker: 'good coffee',
  washer: 'a washer',
  kitchen: 'a full kitchen',
  wifi: 'fast wifi',
};
