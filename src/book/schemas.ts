import { isNight, MAX_STAY_NIGHTS, night, nightsBetween, WEEKDAYS } from '../kernel/stay.ts';
import { line, z } from '../kernel/zod.ts';
import { localTime } from '../kernel/zone.ts';
import { nightlyRate } from '../pricing/index.ts';

/** What a host may say about when and to whom the property is let. */
export const POLICIES = ['flexible', 'moderate', 'limited', 'firm', 'strict', 'non_refundable'] as const;
export const BOOKING_MODES = ['instant', 'request'] as const;

const MAX_NOTICE_DAYS = 365;
const MAX_WINDOW_DAYS = 730;
export const MAX_PREPARATION_NIGHTS = 7;
const MAX_CHANGES = 200;
const MAX_CHANGED_NIGHTS = 2_000;
const MAX_NOTE = 200;
/** Two years and a day, so that a calendar may show the same date at both ends. */
export const MAX_CALENDAR_NIGHTS = 731;

const nightCount = z.int().min(1).max(MAX_STAY_NIGHTS);
const preparation = z.int().min(0).max(MAX_PREPARATION_NIGHTS);
const weekdays = z
  .array(z.enum(WEEKDAYS))
  .min(1)
  .max(WEEKDAYS.length)
  .refine((days) => new Set(days).size === days.length, {
    message: 'names a weekday twice',
    params: { code: 'duplicate_weekday' },
  });

export const Rules = z
  .strictObject({
    minNights: nightCount,
    maxNights: nightCount,
    noticeDays: z.int().min(0).max(MAX_NOTICE_DAYS),
    cutoffHour: z.int().min(0).max(23).optional(),
    bookingWindowDays: z.int().min(1).max(MAX_WINDOW_DAYS),
    preparationNights: z.strictObject({ before: preparation, after: preparation }).optional(),
    checkInDays: weekdays.optional(),
    checkOutDays: weekdays.optional(),
    minNightsByCheckInDay: z
      .strictObject({
        mon: nightCount.optional(),
        tue: nightCount.optional(),
        wed: nightCount.optional(),
        thu: nightCount.optional(),
        fri: nightCount.optional(),
        sat: nightCount.optional(),
        sun: nightCount.optional(),
      })
      .optional(),
    checkInFrom: localTime,
    checkInUntil: localTime.optional(),
    checkOutBy: localTime,
    bookingMode: z.enum(BOOKING_MODES),
    cancellationPolicy: z.enum(POLICIES),
  })
  .superRefine(({ minNights, maxNights, checkInFrom, checkInUntil }, context) => {
    const refuse = (path: string, code: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { code } });
    if (maxNights < minNights) refuse('maxNights', 'max_below_min', 'must not be below minNights');
    if (checkInUntil !== undefined && checkInUntil <= checkInFrom)
      refuse('checkInUntil', 'ends_before_start', 'must be later than checkInFrom');
  })
  .openapi('Rules', {
    description:
      'Local time. `noticeDays` 0 lets guests come on the day itself, until `cutoffHour`; the check-out has to be ' +
      'within `bookingWindowDays` from today. The least number of nights is the date’s own, or else that of the ' +
      'check-in weekday, of the season, of these rules.',
  });
export type Rules = z.infer<typeof Rules>;
export type CancellationPolicy = Rules['cancellationPolicy'];

/** What is true of a property until its host says otherwise. */
export const DEFAULT_RULES: Rules = {
  minNights: 1,
  maxNights: 365,
  noticeDays: 1,
  bookingWindowDays: 365,
  checkInFrom: '15:00',
  checkOutBy: '11:00',
  bookingMode: 'request',
  cancellationPolicy: 'moderate',
};

export const CalendarChange = z
  .strictObject({
    from: night,
    to: night,
    available: z.boolean().nullable().optional(),
    price: nightlyRate.nullable().optional(),
    minNights: nightCount.nullable().optional(),
    note: line(1, MAX_NOTE).nullable().optional(),
  })
  .openapi('CalendarChange', {
    description:
      '`from` and `to` are the first and the last night that change. What is left out stays as it is; null ' +
      'gives it back to the rates and rules.',
  });
export type CalendarChange = z.infer<typeof CalendarChange>;

/** Applied in order, as one change. */
export const CalendarChanges = z
  .strictObject({ changes: z.array(CalendarChange).min(1).max(MAX_CHANGES) })
  .superRefine(({ changes }, context) => {
    const refuse = (path: (string | number)[], code: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['changes', ...path], message, params: { code } });
    let total = 0;
    changes.forEach(({ from, to }, index) => {
      if (!isNight(from) || !isNight(to)) return;
      const count = nightsBetween(from, to) + 1;
      if (count < 1) refuse([index, 'to'], 'ends_before_start', 'must not be before from');
      total += Math.max(0, count);
      if (count > MAX_CALENDAR_NIGHTS)
        refuse([index, 'to'], 'too_many_nights', `must be within ${MAX_CALENDAR_NIGHTS} nights of from`);
    });
    if (total > MAX_CHANGED_NIGHTS)
      refuse([], 'too_many_nights', `may change ${MAX_CHANGED_NIGHTS} nights at once`);
  });
