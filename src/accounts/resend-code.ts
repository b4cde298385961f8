import { eq, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { mail } from './mails.ts';
import { latestRegistration } from './queries.ts';
import { MAIL_RULES, toEmailKey } from './rules.ts';
import type { EmailBody } from './schemas.ts';
import { registration } from './tables.ts';

const ACCEPTED = { accepted: true } as const;

/** The same work whether or not somebody waits for a code: a mail about nothing is composed into nothing. */
export async function resendCode(ctx: Context, input: z.infer<typeof EmailBody>): Promise<typeof ACCEPTED> {
  const email = toEmailKey(input.email);
  await ctx.captcha.verify(input.captcha, 'resend-code', ctx.client.ip);

  const now = ctx.clock.now();
  const taken = await ctx.limiter.take(`mail ${ctx.keyring.mac('digest', email)}`, MAIL_RULES, now);
  if (!taken.allowed) return ACCEPTED;
  const [waiting] = await latestRegistration(ctx.db, email);

  const registrationId = waiting?.id ?? newId('reg', now);
  return commit(ctx, {
    writes: (db) => [
      db
        .update(registration)
        .set({ codeNumber: sql`${registration.codeNumber} + 1`, codeMailedAt: now })
        .where(eq(registration.id, registrationId)),
    ],
    audit: [],
    outbox: [mail(ctx, { kind: 'verify_email', registrationId, codeNumber: (waiting?.codeNumber ?? 0) + 1 })],
    result: ACCEPTED,
  });
}
