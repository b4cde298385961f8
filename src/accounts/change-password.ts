import { and, eq, ne } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { requireSession } from './allow.ts';
import { InvalidCredentials, TooManyAttempts } from './errors.ts';
import { notice } from './mails.ts';
import { hashPassword, passwordMatches, refuseEasyPassword } from './password.ts';
import { endSessions, getOwnAccount } from './queries.ts';
import { passwordRules } from './rules.ts';
import type { ChangePasswordBody } from './schemas.ts';
import { account, session } from './tables.ts';

/** The session that changes the password stays; every other one ends. */
export async function changePassword(ctx: Context, input: z.infer<typeof ChangePasswordBody>): Promise<void> {
  const actor = requireSession(ctx);

  const own = await getOwnAccount(ctx, actor);
  const email = own.email as string;
  await refuseEasyPassword(ctx.files, input.newPassword, '/newPassword', [email.split('@')[0] as string]);
  const subject = `password ${ctx.keyring.mac('digest', email)}`;
  const rules = passwordRules(ctx.client.ip);
  const taken = await ctx.limiter.take(subject, rules, ctx.clock.now());
  if (!taken.allowed) throw TooManyAttempts({ retryAfterSeconds: taken.retryAfterSeconds });

  const { passwordCost } = ctx.settings;
  if (!passwordMatches(input.currentPassword, own.passwordHash, passwordCost)) throw InvalidCredentials();

  const passwordHash = hashPassword(input.newPassword, passwordCost);
  const others = and(eq(session.accountId, own.id), ne(session.id, actor.sessionId));
  await commit(ctx, {
    writes: (db) => [
      must(
        db
          .update(account)
          .set({ passwordHash, updatedAt: ctx.clock.now() })
          .where(and(eq(account.id, own.id), eq(account.passwordHash, own.passwordHash as string))),
      ),
      endSessions(db, others, 'password', ctx),
    ],
    audit: [{ action: 'password.changed', subject: own.id }],
    outbox: [notice(ctx, own.id, 'password_changed')],
    result: undefined,
  });
  await ctx.limiter.clear(
    subject,
    rules.map(({ name }) => name),
  );
}
