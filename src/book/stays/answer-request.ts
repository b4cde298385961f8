import { type Call, isRefused, type Outcome, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import type { Transactor } from '../store/transactor.ts';
import type { Booking } from './booking.ts';
import { changeBooking } from './change-booking.ts';
import { afterwards } from './life.ts';
import { openBooking } from './open-booking.ts';

/** The host's word on a request. Accepting takes what was authorized, declining lets it go. */
export function answerRequest(
  tx: Transactor,
  call: Call,
  { bookingId, answer }: { bookingId: string; answer: 'accepted' | 'declined' },
): Outcome<Booking, 'booking_not_found' | 'not_the_host' | 'wrong_state'> {
  const opened = openBooking(tx, call, bookingId);
  if (isRefused(opened)) return opened;
  if (opened.side !== 'host') return refuse('not_the_host');
  const { booking } = opened;
  const moved = afterwards(booking, answer, call.now);
  if (moved === null) return refuse('wrong_state', [booking.status]);

  const captured = answer === 'accepted' ? booking.payment.authorized : 0;
  const after = { ...moved, payment: { ...booking.payment, authorized: 0, captured } };
  const type = answer === 'accepted' ? 'booking.confirmed' : 'booking.cancelled';
  const kept = changeBooking(tx, call, { before: booking, after, type, at: call.now });
  return commit(tx, call, { audit: { action: `booking.${answer}`, data: { bookingId } }, value: kept });
}
