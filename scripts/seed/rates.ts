import { exponentOf } from '../../src/kernel/money.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import type { Rates } from '../../src/pricing/index.ts';
import type { City, Season } from './cities/city.ts';
import type { Layout } from './layout.ts';
import type { Random } from './random.ts';

/** So far ahead a host has thought of prices. */
const SEASONS_AHEAD_NIGHTS = 540;
/** What it costs beside a home with one bedroom. */
const BY_TYPE: Record<Layout['type'], number> = {
  apartment: 1,
  house: 1.1,
  room: 0.55,
  villa: 1.6,
  cabin: 0.95,
  hotel_room: 1.1,
  other: 0.9,
};
const PER_BEDROOM = 0.45;

export function drawRates(random: Random, city: City, layout: Layout, today: Night): Rates {
  const toMinor = minorUnits(city);
  const { from, to } = city.nightly;
  const size = BY_TYPE[layout.type] * (1 + PER_BEDROOM * (layout.bedrooms - 1));
  const standard = Math.min(1, Math.max(0, layout.standard + random.between(-0.12, 0.12)));
  // Between the two by factors rather than by steps, as prices are.
  const nightly = toMinor(from * (to / from) ** standard * size);
  const raised = (factor: number) => toMinor((nightly / 10 ** exponentOf(city.currency)) * factor);

  const weekendFactor = random.chance(0.6) ? random.between(1.06, 1.28) : null;
  const seasons = random.chance(0.7)
    ? upcoming(city.seasons, today).map((season) => ({
        name: season.name,
        from: season.from,
        to: season.to,
        nightly: raised(season.factor),
        ...(weekendFactor === null ? {} : { weekendNightly: raised(season.factor * weekendFactor) }),
        ...(season.factor >= 1.4 && random.chance(0.5) ? { minNights: random.int(2, 4) } : {}),
      }))
    : [];
  const guestsIncluded = random.int(Math.max(1, Math.ceil(layout.guests / 2)), layout.guests);
  const promotions = drawPromotions(random, today);

  return {
    currency: city.currency,
    nightly,
    ...(weekendFactor === null
      ? {}
      : {
          weekend: {
            nightly: raised(weekendFactor),
            nights: random.chance(0.8) ? ['fri', 'sat'] : ['fri', 'sat', 'sun'],
          },
        }),
    ...(seasons.length > 0 ? { seasons } : {}),
    ...drawDiscounts(random),
    ...(random.chance(0.4) ? { guestsIncluded, extraGuest: raised(random.between(0.1, 0.25)) } : {}),
    ...(layout.type !== 'hotel_room' && random.chance(0.7)
      ? { cleaningFee: raised(random.between(0.25, 0.6)) }
      : {}),
    taxes: drawTaxes(random, city),
    ...(promotions.length > 0 ? { promotions } : {}),
  };
}

/** To the price tags of the city, and never nothing. */
export function minorUnits({ currency, nightly }: City): (amount: number) => number {
  const unit = 10 ** exponentOf(currency);
  return (amount) => Math.max(1, Math.round(amount / nightly.step)) * nightly.step * unit;
}

type Upcoming = Omit<Season, 'from' | 'to'> & { from: Night; to: Night };

/** Seasons come every year; one that runs already is in force from today. */
function upcoming(seasons: readonly Season[], today: Night): Upcoming[] {
  const last = addNights(today, SEASONS_AHEAD_NIGHTS);
  const thisYear = Number(today.slice(0, 4));
  return [-1, 0, 1, 2]
    .flatMap((years) =>
      seasons.map((season) => {
        const year = thisYear + years;
        const from = `${year}-${season.from}` as Night;
        const to = `${season.to < season.from ? year + 1 : year}-${season.to}` as Night;
        return { ...season, from: from < today ? today : from, to };
      }),
    )
    .filter(({ from, to }) => to >= today && from <= last);
}

function drawDiscounts(random: Random): Pick<Rates, 'lengthOfStay' | 'earlyBird' | 'lastMinute'> {
  const week = random.int(4, 15);
  const lengthOfStay = [
    { minNights: 7, percentOff: week },
    ...(random.chance(0.6) ? [{ minNights: 28, percentOff: week + random.int(5, 20) }] : []),
  ];
  return {
    ...(random.chance(0.6) ? { lengthOfStay } : {}),
    ...(random.chance(0.25)
      ? { earlyBird: { daysBefore: random.pick([45, 60, 90, 120]), percentOff: random.int(5, 12) } }
      : {}),
    ...(random.chance(0.3)
      ? { lastMinute: { daysBefore: random.pick([2, 3, 5, 7]), percentOff: random.int(5, 20) } }
      : {}),
  };
}

/** A small host isn't registered for the percentages that go on top; what a city wants, everybody pays. */
function drawTaxes(random: Random, city: City): NonNullable<Rates['taxes']> {
  const registered = random.chance(0.7);
  const unit = 10 ** exponentOf(city.currency);
  return city.taxes
    .filter((tax) => tax.kind !== 'percent' || tax.inclusive === true || registered)
    .map((tax) => (tax.kind === 'percent' ? tax : { ...tax, value: Math.round(tax.value * unit) }));
}

function drawPromotions(random: Random, today: Night): NonNullable<Rates['promotions']> {
  const all: NonNullable<Rates['promotions']> = [
    { code: 'WELCOME10', percentOff: 10, maxUses: 50 },
    { code: 'MIDWEEK', percentOff: random.int(5, 12), from: today, to: addNights(today, 180) },
    { code: 'LONGER15', percentOff: 15, to: addNights(today, random.int(30, 300)) },
    { code: 'COMEBACK', percentOff: random.int(5, 10) },
  ];
  return random.chance(0.25) ? random.sample(all, random.int(1, 2)) : [];
}
