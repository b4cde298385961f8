import { addNights, dayOfNight, type Night, nightOfDay } from '../kernel/stay.ts';
import { apartBy } from './calendar/limits.ts';
import { loadState } from './calendar/load-state.ts';
import { calendarDays } from './calendar/read-calendar.ts';
import { MAX_CALENDAR_NIGHTS } from './schemas.ts';
import type { CalendarMove } from './stays/nights-held.ts';
import type { BookEvent, Reader, StoredFacts } from './store/reader.ts';

/** How many may watch one property, in all and from one address, and how much may be caught up with. */
export const MAX_WATCHERS = 100;
export const MAX_WATCHERS_EACH = 10;
const MAX_EVENTS = 200;

/**
 * What a watcher is sent. `seq` has no gap, so a client that missed one knows; `days` are those that an event
 * was about, as they are now. After `reset` there is more than is kept: read the calendar anew.
 */
export type LiveMessage =
  | { readonly type: 'ready'; readonly seq: number }
  | { readonly type: 'reset'; readonly seq: number }
  | {
      readonly type: 'change';
      readonly seq: number;
      readonly at: number;
      readonly days: readonly { readonly date: Night; readonly available: boolean }[];
    };

/** All that came after a number; nobody learns from it who did it, or what else they did. */
export function liveMessagesAfter(
  reader: Reader,
  facts: StoredFacts,
  after: number,
  nowMs: number,
): LiveMessage[] {
  const head = reader.seq();
  if (after === head) return [];
  const events = after < head ? reader.events(after, MAX_EVENTS + 1) : [];
  if (events[0]?.seq !== after + 1 || events.length > MAX_EVENTS) return [{ type: 'reset', seq: head }];
  return events.map((event) => ({
    type: 'change',
    seq: event.seq,
    at: event.at,
    days: daysOf(reader, facts, event, nowMs),
  }));
}

function daysOf(reader: Reader, facts: StoredFacts, { data }: BookEvent, nowMs: number) {
  const moves = (data.calendar ?? []) as readonly CalendarMove[];
  const apart = apartBy(reader.rules().value);
  return moves.flatMap(({ from, to }) => {
    const first = addNights(from, -apart);
    const end = dayOfNight(to) + apart;
    const last = nightOfDay(Math.min(end, dayOfNight(first) + MAX_CALENDAR_NIGHTS) - 1);
    const state = loadState(reader, facts, first, addNights(last, 1));
    return calendarDays(state, { from: first, to: last }, nowMs, 'public').map(({ date, available }) => ({
      date,
      available,
    }));
  });
}
