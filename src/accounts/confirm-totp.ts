import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { requireRecentLogin } from './allow.ts';
import { InvalidCode, TooManyAttempts, TotpAlreadyEnrolled, TotpNotEnrolled } from './errors.ts';
import { notice } from './mails.ts';
import { getOwnAccount } from './queries.ts';
import { MFA_RULES, RECOVERY_CODES, randomRecoveryCode, recoveryDigest } from './rules.ts';
import type { CodeBody, RecoveryCodes } from './schemas.ts';
import { totpStep } from './second-factor.ts';
import { account, recoveryCode, session } from './tables.ts';

/** From here on the password alone opens nothing. The session that confirms has shown the factor itself. */
export async function confirmTotp(
  ctx: Context,
  input: z.infer<typeof CodeBody>,
): Promise<z.infer<typeof RecoveryCodes>> {
  const actor = requireRecentLogin(ctx);

  const now = ctx.clock.now();
  const subject = `mfa ${actor.accountId}`;
  const taken = await ctx.limiter.take(subject, MFA_RULES, now);
  if (!taken.allowed) throw TooManyAttempts({ retryAfterSeconds: taken.retryAfterSeconds });
  const own = await getOwnAccount(ctx, actor);

  if (own.totpConfirmedAt !== null) throw TotpAlreadyEnrolled();
  if (own.totpSecret === null) throw TotpNotEnrolled();
  const step = totpStep(ctx.keyring, own, input.code, now);
  if (step === null) throw InvalidCode();

  const recoveryCodes = Array.from({ length: RECOVERY_CODES }, randomRecoveryCode);
  const digests = recoveryCodes.map((code) => ({
    accountId: own.id,
    digest: recoveryDigest(ctx.keyring, own.id, code),
  }));
  const result = await commit(ctx, {
    writes: (db) => [
      must(
        db
          .update(account)
          .set({ totpConfirmedAt: now, totpLastStep: step, updatedAt: now })
          .where(
            and(
              eq(account.id, own.id),
              isNull(account.totpConfirmedAt),
              eq(account.totpSecret, own.totpSecret as string),
            ),
          ),
      ),
      db.delete(recoveryCode).where(eq(recoveryCode.accountId, own.id)),
      db.insert(recoveryCode).values(digests),
      db.update(session).set({ mfa: true }).where(eq(session.id, actor.sessionId)),
    ],
    audit: [{ action: 'totp.enrolled', subject: own.id }],
    outbox: [notice(ctx, own.id, 'totp_enrolled')],
    result: { recoveryCodes },
  });
  await ctx.limiter.clear(
    subject,
    MFA_RULES.map(({ name }) => name),
  );
  return result;
}
