import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askBook } from '../properties/index.ts';
import { BOOKING_NAMES } from './ask-booking.ts';
import { WaitingNotFound } from './errors.ts';

type Input = { propertyId: string; entryId: string };

/** What was kept for whoever leaves goes to the next. */
export async function leaveWaitlist(ctx: Context, { propertyId, entryId }: Input): Promise<void> {
  requireUser(ctx, 'bookings:write');
  await requireStanding(ctx);

  await askBook(ctx, propertyId, (book, call) => book.leaveWaitlist(call, entryId), {
    ...BOOKING_NAMES,
    unopened: WaitingNotFound,
  });
}
