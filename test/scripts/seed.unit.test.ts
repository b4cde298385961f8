import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { CITIES, getCity } from '../../scripts/seed/cities.ts';
import { type DemoPlace, makePlace, makePlaces } from '../../scripts/seed/make-places.ts';
import { CalendarChanges, POLICIES, Rules } from '../../src/book/schemas.ts';
import { exponentOf } from '../../src/kernel/money.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { isTimeZone } from '../../src/kernel/zone.ts';
import { Rates } from '../../src/pricing/index.ts';
import { AMENITY_KEYS } from '../../src/properties/amenities.ts';
import { acceptPicture } from '../../src/properties/pictures/index.ts';
import { Address, PROPERTY_TYPES } from '../../src/properties/schemas.ts';

const TODAY: Night = '2027-01-05';
const MAX_PICTURE_BYTES = 20 * 1024;
const CATALOGUE = new Set<string>(AMENITY_KEYS);
const places = [...makePlaces({ count: 500, seed: 7, today: TODAY })];

/** All that a place is, with the bytes of its pictures. */
function fingerprintOf(place: DemoPlace): string {
  const hash = createHash('sha256').update(JSON.stringify(place));
  for (const picture of place.pictures) hash.update(picture.bytes());
  return hash.digest('hex');
}

function kmBetween(a: { lat: number; lng: number }, b: { lat: number; lng: number }): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const chord =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lng - a.lng) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(chord));
}

test('the same seed makes the same places to the last byte of a picture', () => {
  const options = { count: 50, city: 'Nairobi', seed: 7, today: TODAY };
  const once = Array.from(makePlaces(options), fingerprintOf);
  expect(Array.from(makePlaces(options), fingerprintOf)).toEqual(once);
  expect(new Set(once).size).toBe(50);
});

test('a place is the same, alone or among others', () => {
  for (const index of [0, 17, 21, 499])
    expect(fingerprintOf(makePlace({ seed: 7, today: TODAY }, index))).toBe(
      fingerprintOf(places[index] as DemoPlace),
    );
});

test('a place of one city is the place that has its number among those of all cities', () => {
  const city = places[30]?.content.address.city;
  expect(fingerprintOf(makePlace({ city, seed: 7, today: TODAY }, 30))).toBe(
    fingerprintOf(places[30] as DemoPlace),
  );
});

test('another seed makes other places', () => {
  const [first, second] = [7, 8].map((seed) =>
    Array.from(makePlaces({ count: 50, seed, today: TODAY }), fingerprintOf),
  );
  expect(first?.filter((fingerprint) => second?.includes(fingerprint))).toEqual([]);
});

test('without a city, the places go round all of them', () => {
  const counts = Map.groupBy(places, ({ content }) => content.address.city);
  expect([...counts.keys()].sort()).toEqual(CITIES.map(({ name }) => name).sort());
  for (const { length } of counts.values()) expect(length).toBeGreaterThan(500 / CITIES.length - 1);
});

test('a city is found without its accents, and an unknown one is answered with those that are known', () => {
  expect(getCity('sao paulo').name).toBe('São Paulo');
  expect(getCity('NAIROBI').country).toBe('KE');
  expect(() => getCity('Atlantis')).toThrow(
    /No such city: Atlantis. There are Accra, .*Kigali.*Lisbon.*Tokyo/,
  );
  expect(() => makePlace({ city: 'Atlantis', seed: 7, today: TODAY }, 0)).toThrow('Atlantis');
});

test('every city is a real corner of the world: its zone is known and its seasons share no day', () => {
  expect(new Set(CITIES.map(({ name }) => name)).size).toBe(CITIES.length);
  for (const { timeZone, seasons, neighbourhoods, nightly, landmarks, pleasures } of CITIES) {
    expect(isTimeZone(timeZone)).toBe(true);
    expect(neighbourhoods.length).toBeGreaterThanOrEqual(8);
    expect(Math.min(landmarks.length, pleasures.length)).toBeGreaterThanOrEqual(5);
    expect(pleasures.join()).not.toContain(', ');
    expect(nightly.from % nightly.step).toBe(0);
    for (const { from, to } of seasons) {
      expect(from).toMatch(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
      expect(to).toMatch(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
    }
  }
});

test('every place passes the checks that a host’s own would', () => {
  for (const { content, rates, rules, changes } of places) {
    expect(Rates.safeParse(rates).error).toBeUndefined();
    expect(Rules.safeParse(rules).error).toBeUndefined();
    expect(CalendarChanges.safeParse({ changes }).error).toBeUndefined();
    expect(Address.safeParse(content.address).error).toBeUndefined();
    expect(PROPERTY_TYPES).toContain(content.type);
    expect(content.amenities.filter((amenity) => !CATALOGUE.has(amenity))).toEqual([]);
    expect(new Set(content.amenities).size).toBe(content.amenities.length);
  }
});

test('rooms, beds and guests go together', () => {
  for (const { content, rates } of places) {
    const { guests, bedrooms, beds, bathrooms } = content;
    expect(Math.min(guests, bedrooms, beds, bathrooms)).toBeGreaterThanOrEqual(1);
    expect(beds).toBeGreaterThanOrEqual(bedrooms);
    expect(bathrooms).toBeLessThanOrEqual(bedrooms);
    expect(guests).toBeLessThanOrEqual(2 * beds);
    expect(rates.guestsIncluded ?? 1).toBeLessThanOrEqual(guests);
  }
});

test('every place lies within its city', () => {
  for (const { content } of places) {
    const city = getCity(content.address.city);
    expect(kmBetween(city, content.location)).toBeLessThan(city.radiusKm * 1.001);
    expect(content.timeZone).toBe(city.timeZone);
    expect(content.address.country).toBe(city.country);
  }
});

test('a night costs what it costs in the city, in its minor units', () => {
  for (const { content, rates } of places) {
    const { currency, nightly } = getCity(content.address.city);
    const asked = rates.nightly / 10 ** exponentOf(currency);
    expect(rates.currency).toBe(currency);
    expect(asked % nightly.step).toBe(0);
    expect(asked).toBeGreaterThanOrEqual(nightly.from * 0.5);
    expect(asked).toBeLessThanOrEqual(nightly.to * 6);
  }
});

test('texts are whole, and say of a place only what it has', () => {
  for (const { content } of places) {
    const { title, description, houseRules, amenities } = content;
    const texts = `${title}\n${description}\n${houseRules}`;
    expect(texts).not.toMatch(/[{}]|undefined|null|NaN| {2}|\.\./);
    expect(title.length).toBeLessThanOrEqual(100);
    expect(title).toMatch(/^\p{Lu}/u);
    expect(description.length).toBeLessThanOrEqual(2000);
    const paragraphs = description.split('\n\n').length;
    expect(paragraphs).toBeGreaterThanOrEqual(2);
    expect(paragraphs).toBeLessThanOrEqual(4);
    if (/\bpool\b/.test(texts)) expect(amenities).toContain('pool');
    expect(houseRules.includes('No pets.')).toBe(!amenities.includes('pets_allowed'));
  }
});

test('hosts of one city rarely have the same title', () => {
  for (const { name: city } of CITIES) {
    const titles = Array.from(
      makePlaces({ count: 1000, city, seed: 7, today: TODAY }),
      ({ content }) => content.title,
    );
    expect(new Set(titles).size).toBeGreaterThanOrEqual(900);
  }
});

test('every kind of place, policy, way to book and discount is there', () => {
  const all = <T>(of: (place: DemoPlace) => T) => new Set(places.map(of));
  expect(all(({ content }) => content.type)).toEqual(new Set(PROPERTY_TYPES));
  expect(all(({ rules }) => rules.cancellationPolicy)).toEqual(new Set(POLICIES));
  expect(all(({ rules }) => rules.bookingMode)).toEqual(new Set(['instant', 'request']));
  const offered = new Set(places.flatMap(({ rates }) => Object.keys(rates)));
  for (const key of ['weekend', 'seasons', 'lengthOfStay', 'earlyBird', 'lastMinute', 'cleaningFee'])
    expect(offered).toContain(key);
  for (const key of ['extraGuest', 'guestsIncluded', 'taxes', 'promotions']) expect(offered).toContain(key);
  const taxKinds = new Set(places.flatMap(({ rates }) => (rates.taxes ?? []).map(({ kind }) => kind)));
  expect(taxKinds).toEqual(new Set(['percent', 'per_night', 'per_guest_night']));
});

test('the calendar is about the year ahead: nothing lies before today, and no night is said twice', () => {
  for (const today of ['2027-01-05', '2027-06-20', '2028-02-29', '2027-12-31'] as const) {
    for (const { rates, rules, changes } of makePlaces({ count: 200, seed: 3, today })) {
      let free: Night = today;
      for (const { from, to, minNights } of changes) {
        expect(from >= free && to >= from).toBe(true);
        expect(minNights ?? 1).toBeLessThanOrEqual(rules.maxNights);
        expect(minNights ?? rules.minNights).toBeGreaterThanOrEqual(rules.minNights);
        free = addNights(to, 1);
      }
      expect(free <= addNights(today, 366)).toBe(true);
      for (const { from, to } of rates.seasons ?? []) expect(from >= today && to >= from).toBe(true);
      expect(Rates.safeParse(rates).error).toBeUndefined();
      expect(CalendarChanges.safeParse({ changes }).error).toBeUndefined();
    }
  }
  const kinds = new Set(places.flatMap(({ changes }) => changes.flatMap((change) => Object.keys(change))));
  for (const kind of ['available', 'price', 'minNights', 'note']) expect(kinds).toContain(kind);
});

test('tomorrow a place is still the same place', () => {
  const later = makePlace({ seed: 7, today: addNights(TODAY, 1) }, 4);
  const place = places[4] as DemoPlace;
  expect(later.content).toEqual(place.content);
  expect(later.rules).toEqual(place.rules);
  expect(later.rates.nightly).toBe(place.rates.nightly);
});

test('every picture may be uploaded, is small, and no place shows one twice', () => {
  const seen = new Set<string>();
  for (const { pictures } of places) {
    expect(pictures.length).toBeGreaterThanOrEqual(3);
    expect(pictures.length).toBeLessThanOrEqual(6);
    const hashes = pictures.map(({ bytes, contentType }) => {
      const accepted = acceptPicture(bytes(), contentType);
      expect(accepted).toMatchObject({ width: 320, height: 213, type: 'image/png' });
      expect(bytes().length).toBeLessThanOrEqual(MAX_PICTURE_BYTES);
      return accepted.hash;
    });
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(new Set(pictures.map(({ caption }) => caption)).size).toBe(pictures.length);
    for (const hash of hashes) seen.add(hash);
  }
  expect(seen.size).toBeGreaterThan(100);
  expect(seen.size).toBeLessThanOrEqual(256);
});

test('a picture’s pixels are all there and all in its palette', () => {
  for (const { bytes } of places.slice(0, 20).flatMap(({ pictures }) => pictures)) {
    const file = Buffer.from(bytes());
    const chunk = (type: string) => {
      const at = file.indexOf(type);
      return file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4));
    };
    const rows = inflateSync(chunk('IDAT'));
    expect(rows.length).toBe(321 * 213);
    let highest = 0;
    rows.forEach((byte, at) => {
      if (at % 321 === 0) expect(byte).toBe(0);
      else highest = Math.max(highest, byte);
    });
    expect(highest).toBeLessThan(chunk('PLTE').length / 3);
  }
});

test('whoever changes the bytes of a picture changes no other’s', () => {
  const [picture] = places[0]?.pictures ?? [];
  const before = picture?.bytes().slice();
  picture?.bytes().fill(0);
  expect(picture?.bytes()).toEqual(before);
});

test('a hundred thousand places are made in seconds, one at a time', () => {
  const startedAt = performance.now();
  let characters = 0;
  for (const { content } of makePlaces({ count: 100_000, seed: 7, today: TODAY }))
    characters += content.title.length + content.description.length;
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(characters).toBeGreaterThan(20_000_000);
});
