import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { mail } from './mails.ts';
import { MAIL_RULES, toEmailKey } from './rules.ts';
import type { EmailBody } from './schemas.ts';
import { passwordReset } from './tables.ts';

const ACCEPTED = { accepted: true } as const;

/** Writes the wish down for any address; whether somebody lives there is found out when the mail is written. */
export async function forgotPassword(
  ctx: Context,
  input: z.infer<typeof EmailBody>,
): Promise<typeof ACCEPTED> {
  const email = toEmailKey(input.email);
  await ctx.captcha.verify(input.captcha, 'forgot-password', ctx.client.ip);

  const now = ctx.clock.now();
  const taken = await ctx.limiter.take(`mail ${ctx.keyring.mac('digest', email)}`, MAIL_RULES, now);
  if (!taken.allowed) return ACCEPTED;

  const resetId = newId('pwr', now);
  return commit(ctx, {
    writes: (db) => [db.insert(passwordReset).values({ id: resetId, email, createdAt: now })],
    audit: [],
    outbox: [mail(ctx, { kind: 'reset_password', resetId })],
    result: ACCEPTED,
  });
}
