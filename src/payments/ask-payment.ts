import type { Call, Outcome, Refused } from '../book/index.ts';
import { BOOKING_NAMES, BookingNotFound } from '../bookings/index.ts';
import type { Context } from '../context.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { BookCommands } from '../platform/books.ts';
import { type Answered, askBook, type RefusalNames } from '../properties/index.ts';
import * as errors from './errors.ts';

const NAMES: RefusalNames = {
  ...BOOKING_NAMES,
  unopened: BookingNotFound,
  payment_not_found: errors.PaymentNotFound,
  effect_not_found: errors.EffectNotFound,
  effect_settled: errors.EffectSettled,
  not_the_guest: errors.NotTheGuest,
  nothing_due: errors.NothingDue,
  not_payable: errors.NotPayable,
  refund_too_large: {
    type: errors.RefundTooLarge,
    extra: ([mostAmount]) => ({ mostAmount }),
  },
};

type Asked<T, R extends string> = Promise<
  (Outcome<T, R> & { readonly replayed?: true }) | Refused<'unopened'>
>;

/** One command about money, to the book that the id names. */
export const askPayment = <T, R extends string>(
  ctx: Context,
  id: string,
  ask: (book: BookCommands, call: Call) => Asked<T, R>,
): Promise<Answered<T>> => askBook(ctx, propertyIdOf(id), ask, NAMES);
