import { addNights, type Night, type Stay } from '../../kernel/stay.ts';
import type { HeldStay } from '../facts.ts';
import type { Reader, StoredFacts } from '../store/reader.ts';
import { apartBy } from './limits.ts';
import type { CalendarState } from './state.ts';

/** What the decisions about the nights from `from` to before `to` depend on, and no more. */
export function loadState(reader: Reader, facts: StoredFacts, from: Night, to: Night): CalendarState {
  const rules = reader.rules().value;
  const apart = apartBy(rules);
  return {
    facts,
    rules,
    rates: reader.rates().value,
    overrides: reader.overrides(from, to),
    stays: reader.stays(addNights(from, -apart), addNights(to, apart)),
    imported: reader.imported(from, to),
  };
}

/** For somebody who may be offered some of them: what is kept for them does not stand in their way. */
export function loadStateFor(
  reader: Reader,
  facts: StoredFacts,
  accountId: string | null,
  { checkIn, checkOut }: Stay,
): CalendarState {
  const state = loadState(reader, facts, checkIn, checkOut);
  const isOwnOffer = ({ kind, bookingId }: HeldStay) =>
    kind === 'held' && accountId !== null && reader.waiting(bookingId)?.guestId === accountId;
  return { ...state, stays: state.stays.filter((stay) => !isOwnOffer(stay)) };
}
