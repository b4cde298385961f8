import { AccountMail, composeAccountMail } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { z } from '../kernel/zod.ts';
import { composePayoutMail, PayoutMail } from '../payments/index.ts';
import type { Mail } from '../platform/mail.ts';

const Message = z.union([AccountMail, PayoutMail]);
const Envelope = z.looseObject({ id: z.string(), kind: z.string() });
/** By the kind of the message: what rooms have to say that this one may not ask. */
type Composers = Readonly<Record<string, (ctx: Context, message: unknown) => Promise<Mail | null>>>;

/** The provider gets the message's id as its key, so that a repeat is one mail. */
export async function sendMail(ctx: Context, body: unknown, others: Composers = {}): Promise<void> {
  const { id, kind } = Envelope.parse(body);
  const mail = await (others[kind] ?? compose)(ctx, body);
  if (mail) await ctx.mailer.send(mail, id);
}

function compose(ctx: Context, body: unknown): Promise<Mail | null> {
  const message = Message.parse(body);
  return message.kind === 'payout_stuck' ? composePayoutMail(ctx, message) : composeAccountMail(ctx, message);
}
