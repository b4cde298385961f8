import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { requireRecentLogin } from './allow.ts';
import { TotpAlreadyEnrolled } from './errors.ts';
import { getOwnAccount } from './queries.ts';
import type { TotpSecret } from './schemas.ts';
import { newTotp, sealSecret } from './second-factor.ts';
import { account } from './tables.ts';

/** Hands out a secret that protects nothing until a code made with it comes back. */
export async function enrolTotp(ctx: Context): Promise<z.infer<typeof TotpSecret>> {
  const actor = requireRecentLogin(ctx);

  const own = await getOwnAccount(ctx, actor);
  if (own.totpConfirmedAt !== null) throw TotpAlreadyEnrolled();

  const totp = newTotp(own.email as string);
  const secret = totp.secret.base32;
  return commit(ctx, {
    writes: (db) => [
      must(
        db
          .update(account)
          .set({ totpSecret: sealSecret(ctx.keyring, own.id, secret) })
          .where(and(eq(account.id, own.id), isNull(account.totpConfirmedAt))),
      ),
    ],
    audit: [{ action: 'totp.started', subject: own.id }],
    whenMoved: TotpAlreadyEnrolled,
    result: { secret, otpauthUrl: totp.toString() },
  });
}
