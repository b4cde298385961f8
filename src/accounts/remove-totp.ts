import { and, eq, isNotNull } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { requireRecentLogin } from './allow.ts';
import { SecondFactorRequired, TotpNotEnrolled } from './errors.ts';
import { notice } from './mails.ts';
import { getOwnAccount } from './queries.ts';
import { account, recoveryCode } from './tables.ts';

/** Only a session that showed a second factor may take it away. */
export async function removeTotp(ctx: Context): Promise<void> {
  const actor = requireRecentLogin(ctx);

  const own = await getOwnAccount(ctx, actor);
  if (own.totpConfirmedAt === null) throw TotpNotEnrolled();
  if (!actor.mfa) throw SecondFactorRequired();

  await commit(ctx, {
    writes: (db) => [
      must(
        db
          .update(account)
          .set({ totpSecret: null, totpConfirmedAt: null, updatedAt: ctx.clock.now() })
          .where(and(eq(account.id, own.id), isNotNull(account.totpConfirmedAt))),
      ),
      db.delete(recoveryCode).where(eq(recoveryCode.accountId, own.id)),
    ],
    audit: [{ action: 'totp.removed', subject: own.id }],
    outbox: [notice(ctx, own.id, 'totp_removed')],
    whenMoved: TotpNotEnrolled,
    result: undefined,
  });
}
