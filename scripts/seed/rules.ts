import type { Rules } from '../../src/book/schemas.ts';
import type { Amenity } from './amenities.ts';
import type { Layout } from './layout.ts';
import type { Random } from './random.ts';

/** Each as often as it stands here. */
const POLICIES: readonly Rules['cancellationPolicy'][] = [
  'flexible',
  'flexible',
  'flexible',
  'moderate',
  'moderate',
  'moderate',
  'limited',
  'firm',
  'firm',
  'strict',
  'non_refundable',
];

export function drawRules(random: Random, { type }: Layout, amenities: readonly Amenity[]): Rules {
  const alone = amenities.includes('self_check_in') || type === 'hotel_room';
  const shortStays = type === 'hotel_room' || type === 'room';
  const byTheWeek = type === 'villa' && random.chance(0.25);
  const minNights = byTheWeek ? 7 : shortStays ? 1 : random.pick([1, 1, 2, 2, 2, 3, 4]);
  const noticeDays = alone ? random.pick([0, 0, 1, 1, 2]) : random.pick([1, 1, 2, 3]);
  const hasWeekendMinimum = !byTheWeek && minNights === 1 && random.chance(0.35);
  const needsPreparation = !shortStays && random.chance(0.25);

  return {
    minNights,
    maxNights: amenities.includes('long_stays') ? random.pick([90, 180, 365]) : random.pick([14, 28, 28, 60]),
    noticeDays,
    ...(noticeDays === 0 ? { cutoffHour: random.int(12, 20) } : {}),
    bookingWindowDays: random.pick([180, 270, 365, 365, 365, 540, 730]),
    ...(needsPreparation ? { preparationNights: { before: 0, after: random.int(1, 2) } } : {}),
    ...(byTheWeek ? { checkInDays: ['sat'], checkOutDays: ['sat'] } : {}),
    ...(hasWeekendMinimum ? { minNightsByCheckInDay: { fri: 2, sat: 2 } } : {}),
    checkInFrom: random.pick(['13:00', '14:00', '14:00', '15:00', '15:00', '15:00', '16:00']),
    ...(alone && random.chance(0.6)
      ? {}
      : { checkInUntil: random.pick(['20:00', '21:00', '22:00', '23:00']) }),
    checkOutBy: random.pick(['10:00', '10:00', '11:00', '11:00', '11:00', '12:00']),
    bookingMode: random.chance(alone ? 0.75 : 0.5) ? 'instant' : 'request',
    cancellationPolicy: random.pick(POLICIES),
  };
}
