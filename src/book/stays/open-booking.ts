import { type Call, type Refused, refuse } from '../command.ts';
import { isOnHostSide } from '../facts.ts';
import type { Reader, StoredFacts } from '../store/reader.ts';
import type { Booking } from './booking.ts';

/** Who somebody is to a booking. `staff` and the clock come through doors of their own. */
export type Side = 'guest' | 'host';
export type OpenBooking = { readonly booking: Booking; readonly facts: StoredFacts; readonly side: Side };

/** A booking for one of its two sides; to everybody else there is none. */
export function openBooking(
  reader: Reader,
  call: Call,
  bookingId: string,
): OpenBooking | Refused<'unopened' | 'booking_not_found'> {
  const facts = reader.facts();
  if (facts === null) return refuse('unopened');
  const booking = reader.booking(bookingId);
  const side =
    booking === null
      ? null
      : booking.guestId === call.accountId
        ? 'guest'
        : isOnHostSide(facts, call.accountId, 'calendar')
          ? 'host'
          : null;
  return booking === null || side === null ? refuse('booking_not_found') : { booking, facts, side };
}
