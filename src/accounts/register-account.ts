import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { mail } from './mails.ts';
import { hashPassword, refuseEasyPassword } from './password.ts';
import { MAIL_RULES, toEmailKey } from './rules.ts';
import type { RegisterBody } from './schemas.ts';
import { registration } from './tables.ts';

type Input = z.infer<typeof RegisterBody>;
const NEXT = { next: 'verify_email' } as const;

/** Does not look at who exists: known and unknown addresses take the same road until the mail is written. */
export async function registerAccount(ctx: Context, input: Input): Promise<typeof NEXT> {
  const email = toEmailKey(input.email);
  await refuseEasyPassword(ctx.files, input.password, '/password', [email.split('@')[0] as string]);
  await ctx.captcha.verify(input.captcha, 'register', ctx.client.ip);

  const now = ctx.clock.now();
  const subject = `mail ${ctx.keyring.mac('digest', email)}`;
  const passwordHash = hashPassword(input.password, ctx.settings.passwordCost);
  if (!(await ctx.limiter.take(subject, MAIL_RULES, now)).allowed) return NEXT;

  const row = {
    id: newId('reg', now),
    email,
    name: input.name,
    passwordHash,
    codeMailedAt: now,
    createdAt: now,
  };
  return commit(ctx, {
    writes: (db) => [db.insert(registration).values(row)],
    audit: [{ action: 'account.registered', subject: row.id }],
    outbox: [mail(ctx, { kind: 'verify_email', registrationId: row.id, codeNumber: 1 })],
    result: NEXT,
  });
}
