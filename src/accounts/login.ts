import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { issueChallenge, passwordBasis } from './challenge.ts';
import { AccountSuspended, InvalidCredentials, MfaRequired, TooManyAttempts } from './errors.ts';
import { openSession } from './open-session.ts';
import { hashPassword, needsRehash, passwordMatches } from './password.ts';
import { findAccountByEmail, unchanged } from './queries.ts';
import { CAPTCHA_AFTER_FAILURES, passwordRules, toEmailKey } from './rules.ts';
import type { LoginBody, Tokens } from './schemas.ts';
import { session } from './tables.ts';

/** Known and unknown addresses cost the same: one counted attempt, one read, one password hash. */
export async function login(ctx: Context, input: z.infer<typeof LoginBody>): Promise<z.infer<typeof Tokens>> {
  const email = toEmailKey(input.email);
  const { passwordCost } = ctx.settings;
  const subject = `password ${ctx.keyring.mac('digest', email)}`;
  const rules = passwordRules(ctx.client.ip);

  const taken = await ctx.limiter.take(subject, rules, ctx.clock.now());
  if (!taken.allowed) throw TooManyAttempts({ retryAfterSeconds: taken.retryAfterSeconds });
  const failedBefore = (taken.counts.all ?? 1) - 1;
  if (input.captcha !== undefined || failedBefore >= CAPTCHA_AFTER_FAILURES) {
    await ctx.captcha.verify(input.captcha, 'login', ctx.client.ip);
  }
  const known = await findAccountByEmail(ctx.db, email);

  if (!passwordMatches(input.password, known?.passwordHash ?? null, passwordCost) || !known) {
    throw InvalidCredentials();
  }
  if (known.status !== 'active') throw AccountSuspended();
  const forgetFailures = ctx.limiter.clear(
    subject,
    rules.map(({ name }) => name),
  );
  const stored = known.passwordHash as string;
  const passwordHash = needsRehash(stored, passwordCost)
    ? hashPassword(input.password, passwordCost)
    : stored;
  if (known.totpConfirmedAt !== null) {
    await forgetFailures;
    if (passwordHash !== stored) {
      // Not the answer yet: what belongs to an idempotency key is the refusal below.
      await commit(
        { ...ctx, replay: null },
        {
          writes: (db) => [unchanged(db, known, passwordHash)],
          audit: [],
          result: undefined,
        },
      );
    }
    const basis = passwordBasis(ctx.keyring, passwordHash);
    const { token } = issueChallenge(ctx.keyring, 'mfa', known.id, ctx.clock.now(), basis);
    throw MfaRequired({ extra: { mfaToken: token, methods: ['totp', 'recovery_code'] } });
  }

  const { row: opened, tokens } = await openSession(ctx, known, { mfa: false });
  const [result] = await Promise.all([
    commit(ctx, {
      writes: (db) => [unchanged(db, known, passwordHash), db.insert(session).values(opened)],
      audit: [
        { action: 'session.opened', subject: opened.id, data: { by: 'password', accountId: known.id } },
      ],
      result: tokens,
    }),
    forgetFailures,
  ]);
  return result;
}
