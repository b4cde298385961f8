import { requireStaff, requireStanding } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askPayment } from './ask-payment.ts';

type Input = { bookingId: string; amount: number; reason: string; replay: Replay };

/** What the marketplace gives back, whatever was agreed. */
export async function refundBooking(ctx: Context, { replay, ...refund }: Input) {
  requireStaff(ctx);
  await requireStanding(ctx);

  return askPayment(ctx, refund.bookingId, (book, call) =>
    book.refundAsStaff({ ...call, actorKind: 'staff' }, refund, replay),
  );
}
