import type { CalendarChange } from '../../src/book/schemas.ts';
import { addNights, type Night, nightsBetween } from '../../src/kernel/stay.ts';
import type { City } from './cities/city.ts';
import type { Random } from './random.ts';
import { minorUnits } from './rates.ts';

const AHEAD_NIGHTS = 365;
const MAX_CHANGES = 7;
const AWAY = [
  'Family is visiting',
  'We stay here ourselves',
  'Painting',
  'Repairs',
  'Holidays',
  'Rented to a friend',
];
const BUSY = ['Concert weekend', 'Festival', 'Trade fair', 'Marathon weekend', 'Public holiday'];
const QUIET = ['Quiet week', 'Roadworks next door'];

type Usual = { nightly: number; minNights: number };

/** What a host has entered for the year ahead: spans one after the other, with free nights between them. */
export function drawCalendar(
  random: Random,
  city: City,
  { nightly, minNights }: Usual,
  today: Night,
): CalendarChange[] {
  const last = addNights(today, AHEAD_NIGHTS);
  const toMinor = minorUnits(city);
  const unit = toMinor(city.nightly.step) / city.nightly.step;
  const priced = (factor: number) => toMinor((nightly / unit) * factor);
  const changes: CalendarChange[] = [];

  let from = addNights(today, random.int(0, 45));
  for (let left = random.int(2, MAX_CHANGES); left > 0; left--) {
    const [nights, change] = drawChange(random, priced, minNights);
    const to = addNights(from, nights - 1);
    if (nightsBetween(to, last) < 0) break;
    changes.push({ from, to, ...change });
    from = addNights(to, random.int(5, 75));
  }
  return changes;
}

type Change = Omit<CalendarChange, 'from' | 'to'>;

function drawChange(
  random: Random,
  priced: (factor: number) => number,
  minNights: number,
): [nights: number, change: Change] {
  const kind = random.next();
  if (kind < 0.55) return [random.int(2, 12), { available: false, note: random.pick(AWAY) }];
  if (kind < 0.85)
    return [random.int(2, 5), { price: priced(random.between(1.25, 1.8)), note: random.pick(BUSY) }];
  if (kind < 0.95) return [7, { price: priced(random.between(0.7, 0.9)), note: random.pick(QUIET) }];
  return [random.int(3, 6), { minNights: minNights + random.int(1, 2), note: random.pick(BUSY) }];
}
