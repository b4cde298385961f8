import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { passwordBasis, readChallenge, spend } from './challenge.ts';
import { AccountSuspended, InvalidCode, InvalidMfaToken, TooManyAttempts } from './errors.ts';
import { openSession } from './open-session.ts';
import { findAccount, unchanged } from './queries.ts';
import { MFA_RULES } from './rules.ts';
import type { MfaBody, Tokens } from './schemas.ts';
import { useSecondFactor } from './second-factor.ts';
import { session } from './tables.ts';

export async function completeMfa(
  ctx: Context,
  input: z.infer<typeof MfaBody>,
): Promise<z.infer<typeof Tokens>> {
  const now = ctx.clock.now();
  const challenge = readChallenge(ctx.keyring, 'mfa', input.mfaToken, now);
  if (!challenge) throw InvalidMfaToken();

  const subject = `mfa ${challenge.subject}`;
  const taken = await ctx.limiter.take(subject, MFA_RULES, now);
  if (!taken.allowed) throw TooManyAttempts({ retryAfterSeconds: taken.retryAfterSeconds });
  const known = await findAccount(ctx.db, challenge.subject);

  if (known?.status !== 'active') throw AccountSuspended();
  if (challenge.basis !== passwordBasis(ctx.keyring, known.passwordHash)) throw InvalidMfaToken();
  const use = useSecondFactor(ctx, known, input.code);
  if (!use) throw InvalidCode();

  const { row: opened, tokens } = await openSession(ctx, known, { mfa: true });
  const result = await commit(ctx, {
    writes: (db) => [
      unchanged(db, known),
      use.write(db),
      spend(db, challenge),
      db.insert(session).values(opened),
    ],
    audit: [{ action: 'session.opened', subject: opened.id, data: { by: use.method, accountId: known.id } }],
    whenMoved: InvalidCode,
    whenTaken: { 'spent.digest': InvalidMfaToken },
    result: tokens,
  });
  await ctx.limiter.clear(
    subject,
    MFA_RULES.map(({ name }) => name),
  );
  return result;
}
