import { AccountMail, composeAccountMail } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { z } from '../kernel/zod.ts';
import { composePayoutMail, PayoutMail } from '../payments/index.ts';

const Message = z.union([AccountMail, PayoutMail]);

/** The provider gets the message's id as its key, so that a repeat is one mail. */
export async function sendMail(ctx: Context, body: unknown): Promise<void> {
  const message = Message.parse(body);
  const mail =
    message.kind === 'payout_stuck'
      ? await composePayoutMail(ctx, message)
      : await composeAccountMail(ctx, message);
  if (mail) await ctx.mailer.send(mail, message.id);
}
