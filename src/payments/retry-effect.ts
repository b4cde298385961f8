import { requireStaff, requireStanding } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askPayment } from './ask-payment.ts';

type Input = { effectId: string; reason: string };

export async function retryEffect(ctx: Context, retry: Input) {
  requireStaff(ctx);
  await requireStanding(ctx);

  const { value } = await askPayment(ctx, retry.effectId, (book, call) =>
    book.retryEffect({ ...call, actorKind: 'staff' }, retry),
  );
  return value;
}
