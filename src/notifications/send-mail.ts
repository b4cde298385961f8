import { AccountMail, composeAccountMail } from '../accounts/index.ts';
import type { Context } from '../context.ts';

/** The provider gets the message's id as its key, so that a repeat is one mail. */
export async function sendMail(ctx: Context, body: unknown): Promise<void> {
  const message = AccountMail.parse(body);
  const mail = await composeAccountMail(ctx, message);
  if (mail) await ctx.mailer.send(mail, message.id);
}
