/**
 * Calendars that are exchanged with other platforms as iCalendar files (RFC 5545).
 * Always true here: no input can cost more than the limits below or end in anything but the nights that it
 * blocks or a named refusal; a file that is cut off or too long is refused whole, because half a calendar
 * would free nights that are taken; nothing personal is read from a file or written into one.
 */
export {
  CalendarIncomplete,
  CalendarTooComplex,
  CalendarTooLarge,
  NotACalendar,
  TooManyEvents,
} from './errors.ts';
export { type CalendarBlock, exportCalendar } from './export.ts';
export { type ImportedCalendar, importCalendar, MAX_CALENDAR_BYTES } from './import.ts';
