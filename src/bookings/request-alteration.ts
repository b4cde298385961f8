import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { newIdWithin, propertyIdOf } from '../kernel/ids.ts';
import type { Stay } from '../kernel/stay.ts';
import { GUEST_FEE_PERCENT, type Guests, HOST_FEE_PERCENT } from '../pricing/index.ts';
import { askBooking } from './ask-booking.ts';

const FEES = { guestPercent: GUEST_FEE_PERCENT, hostPercent: HOST_FEE_PERCENT };

type Input = { bookingId: string; stay: Stay; guests: Guests; replay: Replay };

/** Other nights or guests; what is new is kept until the other side has answered. */
export async function requestAlteration(ctx: Context, { bookingId, replay, ...asked }: Input) {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  const alterationId = newIdWithin('alt', propertyIdOf(bookingId), ctx.clock.now());
  return askBooking(ctx, bookingId, (book, call) =>
    book.requestAlteration(call, { bookingId, alterationId, ...asked, fees: FEES }, replay),
  );
}
