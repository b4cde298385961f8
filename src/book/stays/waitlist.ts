import { addNights, type Stay } from '../../kernel/stay.ts';
import { localToInstant } from '../../kernel/zone.ts';
import type { Guests } from '../../pricing/index.ts';
import { causesAgainst } from '../calendar/availability.ts';
import { loadState } from '../calendar/load-state.ts';
import { TAKEN_CODES } from '../calendar/taken.ts';
import { type Call, isRefused, type Outcome, openForLooking, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import { isOnHostSide } from '../facts.ts';
import type { Reader, Waiting } from '../store/reader.ts';
import type { Transactor } from '../store/transactor.ts';
import { stopWaiting } from './offer-nights.ts';

export const MAX_WAITING_EACH = 5;
export const MAX_WAITING = 500;
const TAKEN: readonly string[] = TAKEN_CODES;

/** Only for nights that are taken and would otherwise do; the same wish twice is one. */
export function joinWaitlist(
  tx: Transactor,
  call: Call,
  { id, stay, guests }: { id: string; stay: Stay; guests: Guests },
): Outcome<Waiting, 'own_place' | 'available' | 'unavailable' | 'waiting_enough' | 'waitlist_full'> {
  const seen = openForLooking(tx, call);
  if (isRefused(seen)) return seen;
  const { facts } = seen;
  const guestId = call.accountId;
  if (guestId === null) return refuse('not_found');
  if (isOnHostSide(facts, guestId, 'messages')) return refuse('own_place');
  const own = tx.waitingOf(guestId);
  const known = own.find((waiting) => JSON.stringify(waiting.stay) === JSON.stringify(stay));
  if (known && (known.offeredUntil !== null || JSON.stringify(known.guests) === JSON.stringify(guests))) {
    return unchanged(tx, known);
  }
  const causes = causesAgainst(loadState(tx, facts, stay.checkIn, stay.checkOut), { stay, guests }, call.now);
  if (causes.length === 0) return refuse('available');
  const others = causes.filter(({ code }) => !TAKEN.includes(code));
  if (others.length > 0) return refuse('unavailable', others);
  if (!known && own.length >= MAX_WAITING_EACH) return refuse('waiting_enough');
  if (!known && tx.waitingCount() >= MAX_WAITING) return refuse('waitlist_full');

  // With other company it is the same place in the line.
  if (known) tx.forgetWaiting(known.id);
  const waiting: Waiting = { id: known?.id ?? id, guestId, stay, guests, offeredUntil: null };
  tx.wait(waiting);
  tx.setDue('offer', waiting.id, localToInstant(addNights(stay.checkIn, 1), '00:00', facts.timeZone));
  return commit(tx, call, { audit: null, value: waiting });
}

/** What the caller waits for here. */
export function listWaitlist(reader: Reader, call: Call): Outcome<Waiting[]> {
  const own = call.accountId === null ? [] : reader.waitingOf(call.accountId);
  const seen = openForLooking(reader, call);
  // Of a place that is not let any more, whoever waits there knows anyway.
  return isRefused(seen) && own.length === 0 ? seen : unchanged(reader, own);
}

/** Another's wish is not there. */
export function leaveWaitlist(tx: Transactor, call: Call, id: string): Outcome<null, 'waiting_not_found'> {
  if (tx.facts() === null) return refuse('unopened');
  const waiting = tx.waiting(id);
  if (waiting === null || waiting.guestId !== call.accountId) return refuse('waiting_not_found');
  stopWaiting(tx, call, waiting);
  return commit(tx, call, { audit: null, value: null });
}
