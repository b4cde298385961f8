import { addNights, type Night, type Stay } from '../../kernel/stay.ts';
import type { Guests } from '../../pricing/index.ts';
import { type Call, isRefused, type Outcome, openForLooking } from '../command.ts';
import { unchanged } from '../commit.ts';
import type { Reader } from '../store/reader.ts';
import { type Cause, causesAgainst, forPublic } from './availability.ts';
import { loadState, loadStateFor } from './load-state.ts';
import { type ShownCalendar, showDays } from './show-days.ts';

/** Both ends are shown. */
export function showCalendar(
  reader: Reader,
  call: Call,
  range: { from: Night; to: Night },
): Outcome<ShownCalendar> {
  const seen = openForLooking(reader, call);
  if (isRefused(seen)) return seen;
  const state = loadState(reader, seen.facts, range.from, addNights(range.to, 1));
  return unchanged(reader, showDays(state, range, call.now, seen.side));
}

/** Every cause against the stay; a stranger learns of a taken night only that it is taken. */
export function checkAvailability(
  reader: Reader,
  call: Call,
  asked: { stay: Stay; guests: Guests },
): Outcome<Cause[]> {
  const seen = openForLooking(reader, call);
  if (isRefused(seen)) return seen;
  const state = loadStateFor(reader, seen.facts, call.accountId, asked.stay);
  const causes = causesAgainst(state, asked, call.now);
  return unchanged(reader, seen.side === 'host' ? causes : forPublic(causes));
}
