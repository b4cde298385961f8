import { assert } from './errors.ts';
import { z } from './zod.ts';

/**
 * A night is the calendar day on which it begins, in the property's time zone: a text, never a `Date`, so
 * that no zone can move it. A stay is half-open: the day of leaving is not one of its nights.
 */
export type Night = `${number}-${number}-${number}`;
export type Stay = { readonly checkIn: Night; readonly checkOut: Night };

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const MAX_STAY_NIGHTS = 730;

/** The years 2000 to 9998: a stay from any night that may be named ends in a year of four digits. */
const SHAPE = /^(?!9999)[2-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Day 0, 1970-01-01, was a Thursday. */
const WEEKDAY_OF_DAY_ZERO = 3;

export function isNight(value: string): value is Night {
  if (!SHAPE.test(value)) return false;
  const [year, month, day] = partsOf(value);
  return day <= daysInMonth(year, month);
}

/** Days since 1970-01-01. */
export function dayOfNight(night: Night): number {
  const [year, month, day] = partsOf(night);
  // Years that begin in March have their leap day at the end, and 400 of them are 146,097 days.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function nightOfDay(dayNumber: number): Night {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  assert(year >= 1000 && year <= 9999, 'a night has a year of four digits');
  return `${year}-${twoDigits(month)}-${twoDigits(day)}` as Night;
}

export const addNights = (night: Night, count: number): Night => nightOfDay(dayOfNight(night) + count);

/** Negative when `to` comes first. */
export const nightsBetween = (from: Night, to: Night): number => dayOfNight(to) - dayOfNight(from);

export function nightsOf({ checkIn, checkOut }: Stay): Night[] {
  const first = dayOfNight(checkIn);
  const count = dayOfNight(checkOut) - first;
  return Array.from({ length: Math.max(0, count) }, (_, index) => nightOfDay(first + index));
}

export function weekdayOf(night: Night): Weekday {
  const index = (((dayOfNight(night) + WEEKDAY_OF_DAY_ZERO) % 7) + 7) % 7;
  return WEEKDAYS[index] as Weekday;
}

export const compareNights = (a: Night, b: Night): number => (a < b ? -1 : a > b ? 1 : 0);

export const night = z
  .string()
  .regex(SHAPE, { message: 'must be a date like 2027-03-31, in the years 2000 to 9998', abort: true })
  .refine(isNight, {
    message: 'must be a day of the calendar',
    params: { code: 'not_a_night' },
  })
  .openapi({ format: 'date', example: '2027-03-31' }) as unknown as z.ZodType<Night, string>;

/** Extended with `safeExtend`, which keeps the checks between the two. */
export const stay = z.strictObject({ checkIn: night, checkOut: night }).superRefine((value, context) => {
  if (!isNight(value.checkIn) || !isNight(value.checkOut)) return;
  const count = nightsBetween(value.checkIn, value.checkOut);
  const refuse = (code: string, message: string) =>
    context.addIssue({ code: 'custom', path: ['checkOut'], message, params: { code } });
  if (count < 1) refuse('stay_without_night', 'must be later than checkIn');
  if (count > MAX_STAY_NIGHTS) refuse('stay_too_long', `must be within ${MAX_STAY_NIGHTS} nights of checkIn`);
});

function partsOf(value: string): [year: number, month: number, day: number] {
  return [digits(value, 0, 4), digits(value, 5, 7), digits(value, 8, 10)];
}

function digits(value: string, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum = sum * 10 + value.charCodeAt(at) - 48;
  return sum;
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));

function daysInMonth(year: number, month: number): number {
  if (month === 2 && (year % 4 === 0 ? year % 100 !== 0 || year % 400 === 0 : false)) return 29;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}
