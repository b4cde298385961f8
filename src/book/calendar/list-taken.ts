import { addNights, type Night } from '../../kernel/stay.ts';
import { nightAt } from '../../kernel/zone.ts';
import { type Call, type Outcome, refuse } from '../command.ts';
import { unchanged } from '../commit.ts';
import type { CalendarHead, Reader } from '../store/reader.ts';

/** How far back and ahead another platform's calendar is told. */
const DAYS_BACK = 31;
const DAYS_AHEAD = 730;

/** A span of nights that can't be had; `to` is the first that can again. */
export type TakenSpan = {
  readonly kind: 'booked' | 'blocked';
  /** The booking's, and null where the host closed the nights. */
  readonly bookingId: string | null;
  readonly from: Night;
  readonly to: Night;
};

/**
 * What other platforms are told: stays, held ones too, and the nights that the host closed. Not what they
 * told us: a block that goes round in a circle never ends.
 */
export function listTaken(
  reader: Reader,
  call: Call,
): Outcome<{ calendarKey: number; head: CalendarHead; spans: TakenSpan[] }, 'archived'> {
  const facts = reader.facts();
  if (facts === null) return refuse('unopened');
  if (facts.status === 'archived') return refuse('archived');
  const today = nightAt(call.now, facts.timeZone).night;
  const [from, to] = [addNights(today, -DAYS_BACK), addNights(today, DAYS_AHEAD)];
  const stays = reader
    .stays(from, to)
    .filter(({ expiresAt }) => expiresAt === null || call.now < expiresAt)
    .map(({ bookingId, checkIn, checkOut }) => ({
      kind: 'booked' as const,
      bookingId,
      from: checkIn,
      to: checkOut,
    }));
  const closed = [...reader.overrides(from, to)]
    .filter(([, { available }]) => available === false)
    .map(([night]) => night)
    .sort();
  return unchanged(reader, {
    calendarKey: facts.calendarKey,
    head: reader.calendarHead(),
    spans: [...stays, ...spansOf(closed)],
  });
}

/** Neighbouring nights are one span. */
function spansOf(nights: readonly Night[]): TakenSpan[] {
  const spans: { from: Night; to: Night }[] = [];
  for (const night of nights) {
    const last = spans.at(-1);
    if (last?.to === night) last.to = addNights(night, 1);
    else spans.push({ from: night, to: addNights(night, 1) });
  }
  return spans.map((span) => ({ kind: 'blocked', bookingId: null, ...span }));
}
