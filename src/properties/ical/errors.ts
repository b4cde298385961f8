import { defineRefusal } from '../../kernel/errors.ts';

export const NotACalendar = defineRefusal(
  'ical.not_a_calendar',
  'unprocessable',
  'What the address gives is not an iCalendar file',
);
export const CalendarIncomplete = defineRefusal(
  'ical.incomplete',
  'unprocessable',
  'The calendar breaks off before its end',
);
export const CalendarTooLarge = defineRefusal(
  'ical.too_large',
  'unprocessable',
  'The calendar is larger than 1 MiB',
);
export const TooManyEvents = defineRefusal(
  'ical.too_many_events',
  'unprocessable',
  'The calendar has more than 1,000 events',
);
export const CalendarTooComplex = defineRefusal(
  'ical.too_complex',
  'unprocessable',
  'The rules by which the events repeat take too much work to follow',
);
