import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askPayment } from './ask-payment.ts';

type Input = { bookingId: string; amount: number; reason: string; replay: Replay };

/** What the host gives back of their own will. */
export async function createRefund(ctx: Context, { replay, ...refund }: Input) {
  requireUser(ctx, 'payments:write');
  await requireStanding(ctx);

  return askPayment(ctx, refund.bookingId, (book, call) => book.createRefund(call, refund, replay));
}
