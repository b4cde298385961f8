import type { Call, Outcome, Refused } from '../book/index.ts';
import type { Context } from '../context.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { BookCommands } from '../platform/books.ts';
import { type Answered, askBook, type RefusalNames } from '../properties/index.ts';
import * as errors from './errors.ts';

/** What a book's refusals about bookings are called outside. */
export const BOOKING_NAMES: RefusalNames = {
  booking_not_found: errors.BookingNotFound,
  own_place: errors.OwnPlace,
  held_already: errors.HeldAlready,
  wrong_state: { type: errors.WrongState, extra: ([bookingStatus]) => ({ bookingStatus }) },
  not_the_host: errors.NotTheHost,
  too_early: errors.TooEarly,
  too_late: errors.TooLate,
  alteration_pending: errors.AlterationPending,
  alteration_not_found: errors.AlterationNotFound,
  own_alteration: errors.OwnAlteration,
  no_change: errors.NoChange,
  available: errors.AvailableNow,
  waiting_enough: errors.WaitingEnough,
  waiting_not_found: errors.WaitingNotFound,
  own_booking: errors.OwnBooking,
  waitlist_full: errors.WaitlistFull,
};

const OF_A_BOOKING: RefusalNames = { ...BOOKING_NAMES, unopened: errors.BookingNotFound };

type Asked<T, R extends string> = Promise<
  (Outcome<T, R> & { readonly replayed?: true }) | Refused<'unopened'>
>;

/** One command about a booking, to the book that its id names. */
export const askBooking = <T, R extends string>(
  ctx: Context,
  bookingId: string,
  ask: (book: BookCommands, call: Call) => Asked<T, R>,
): Promise<Answered<T>> => askBook(ctx, propertyIdOf(bookingId), ask, OF_A_BOOKING);
