import { requireUser } from '../accounts/index.ts';
import type { Booking, Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { Refusal, type RefusalType } from '../kernel/errors.ts';
import { newIdWithin } from '../kernel/ids.ts';
import { KeyInProgress } from '../platform/errors.ts';
import { openQuote, type Quote, QuoteExpired, QuoteInvalid } from '../pricing/index.ts';
import { type Answered, askBook } from '../properties/index.ts';
import { BOOKING_NAMES } from './ask-booking.ts';
import { giveHoldBack, takeHold } from './hold-limit.ts';

type Input = { quote: string; message: string | null; captcha: string | undefined; replay: Replay };

/**
 * Keeps the nights of a quote until they are paid. The guest's token is believed, and the answer that belongs
 * to the key is kept in the book: nobody waits for D1 here.
 */
export async function createBooking(
  ctx: Context,
  { quote: token, message, captcha, replay }: Input,
): Promise<Answered<Booking>> {
  const { accountId } = requireUser(ctx, 'bookings:write');

  const now = ctx.clock.now();
  const { quote, isExpired } = readQuote(ctx, token, now);
  // One moment for all, so that a hold and the nights that it counts end together.
  const still = { ...ctx, clock: { now: () => now } };
  const known = (otherwise: RefusalType) => recallBooking(still, { quote, replay, otherwise });
  if (isExpired) return known(QuoteExpired);

  const wanted = newIdWithin('bkg', quote.propertyId, now);
  const bookingId = await takeHold(still, { accountId, bookingId: wanted, replay, captcha });
  if (bookingId === null) return known(KeyInProgress);
  try {
    return await askBook(
      still,
      quote.propertyId,
      (book, call) => book.createBooking(call, { id: bookingId, quote, message }, replay),
      BOOKING_NAMES,
    );
  } catch (error) {
    if (error instanceof Refusal) giveHoldBack(ctx, { accountId, bookingId });
    throw error;
  }
}

/** One that has run out books nothing any more, but still says where its key is known. */
function readQuote({ keyring }: Pick<Context, 'keyring'>, token: string, now: number) {
  const live = openQuote(keyring, token, now);
  const quote = 'refusal' in live && live.refusal === 'expired' ? openQuote(keyring, token, 0) : live;
  if ('refusal' in quote) throw QuoteInvalid();
  return { quote, isExpired: quote !== live };
}

type Known = { quote: Quote; replay: Replay; otherwise: RefusalType };

const recallBooking = (ctx: Context, { quote, replay, otherwise }: Known): Promise<Answered<Booking>> =>
  askBook(ctx, quote.propertyId, (book, call) => book.recallBooking(call, replay), {
    ...BOOKING_NAMES,
    unknown_key: otherwise,
  });
