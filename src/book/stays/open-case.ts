import { type Call, type Refused, refuse } from '../command.ts';
import { isOnHostSide } from '../facts.ts';
import type { Reader, StoredFacts } from '../store/reader.ts';
import type { Booking } from './booking.ts';

type Case = { readonly booking: Booking; readonly facts: StoredFacts };

/** Anybody's booking, for staff. Nobody judges their own case. */
export function openCase(
  reader: Reader,
  call: Call,
  bookingId: string,
): Case | Refused<'unopened' | 'forbidden' | 'booking_not_found' | 'own_booking'> {
  const facts = reader.facts();
  if (facts === null) return refuse('unopened');
  if (call.actorKind !== 'staff') return refuse('forbidden');
  const booking = reader.booking(bookingId);
  if (booking === null) return refuse('booking_not_found');
  if (booking.guestId === call.accountId || isOnHostSide(facts, call.accountId, 'messages'))
    return refuse('own_booking');
  return { booking, facts };
}
