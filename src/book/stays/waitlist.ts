import type { Stay } from '../../kernel/stay.ts';
import type { Guests } from '../../pricing/index.ts';
import { causesAgainst } from '../calendar/availability.ts';
import { loadState } from '../calendar/load-state.ts';
import { TAKEN_CODES } from '../calendar/taken.ts';
import { type Call, isRefused, type Outcome, openForLooking, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import { isOnHostSide } from '../facts.ts';
import type { Waiting } from '../store/reader.ts';
import type { Transactor } from '../store/transactor.ts';

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
  if (tx.waitingCount() >= MAX_WAITING) return refuse('waitlist_full');

  // With other company it is the same place in the line.
  if (known) tx.forgetWaiting(known.id);
  const waiting: Waiting = { id: known?.id ?? id, guestId, stay, guests, offeredUntil: null };
  tx.wait(waiting);
  return commit(tx, call, { audit: null, value: waiting });
}
