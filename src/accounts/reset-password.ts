import { and, eq, gt } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { InvalidResetToken } from './errors.ts';
import { notice } from './mails.ts';
import { hashPassword, refuseEasyPassword } from './password.ts';
import { endSessions } from './queries.ts';
import { RESET_LIFE_MS, readResetToken } from './rules.ts';
import type { ResetPasswordBody } from './schemas.ts';
import { account, passwordReset, session } from './tables.ts';

/** The token is good once; using it ends every session and every other reset of the account. */
export async function resetPassword(ctx: Context, input: z.infer<typeof ResetPasswordBody>): Promise<void> {
  const resetId = readResetToken(ctx.keyring, input.token);
  if (resetId === null) throw InvalidResetToken();

  const alive = and(
    eq(passwordReset.id, resetId),
    gt(passwordReset.createdAt, ctx.clock.now() - RESET_LIFE_MS),
  );
  const [owner] = await ctx.db
    .select({ id: account.id, email: passwordReset.email, status: account.status })
    .from(passwordReset)
    .innerJoin(account, eq(account.email, passwordReset.email))
    .where(alive);

  if (owner?.status !== 'active') throw InvalidResetToken();
  await refuseEasyPassword(ctx.files, input.password, '/password', [owner.email.split('@')[0] as string]);

  const passwordHash = hashPassword(input.password, ctx.settings.passwordCost);
  await commit(ctx, {
    writes: (db) => [
      must(db.delete(passwordReset).where(eq(passwordReset.id, resetId))),
      db.delete(passwordReset).where(eq(passwordReset.email, owner.email)),
      must(
        db
          .update(account)
          .set({ passwordHash, updatedAt: ctx.clock.now() })
          .where(and(eq(account.id, owner.id), eq(account.status, 'active'))),
      ),
      endSessions(db, eq(session.accountId, owner.id), 'password', ctx),
    ],
    audit: [{ action: 'password.reset', subject: owner.id }],
    outbox: [notice(ctx, owner.id, 'password_changed')],
    whenMoved: InvalidResetToken,
    result: undefined,
  });
}
