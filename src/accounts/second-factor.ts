import { createHmac } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
// Without the hash functions in JavaScript that `otpauth` brings: the runtime has its own.
import { Secret, TOTP } from 'otpauth/bare';
import type { Context } from '../context.ts';
import { SECOND } from '../kernel/clock.ts';
import type { Keyring } from '../kernel/crypto.ts';
import { must } from '../platform/commit.ts';
import type { Database } from '../platform/database.ts';
import { recoveryDigest } from './rules.ts';
import { account, recoveryCode } from './tables.ts';
import type { Account } from './to-user.ts';

/** An authenticator app by RFC 6238, as every such app understands it. One step of clock drift is forgiven. */
const PERIOD_SECONDS = 30;
const DRIFT_STEPS = 1;

export function newTotp(email: string, secret = new Secret({ size: 20 })): TOTP {
  return new TOTP({
    issuer: 'Roost',
    label: email,
    secret,
    period: PERIOD_SECONDS,
    digits: 6,
    algorithm: 'SHA1',
    hmac: (algorithm, key, message) => createHmac(algorithm, key).update(message).digest(),
  });
}

export const sealSecret = (keyring: Keyring, accountId: string, secret: string): string =>
  keyring.seal('second-factor', secret, accountId);

/** The time step that a code belongs to, or null for a wrong code. */
export function totpStep(keyring: Keyring, owner: Account, code: string, now: number): number | null {
  const secret = owner.totpSecret === null ? null : keyring.open('second-factor', owner.totpSecret, owner.id);
  if (secret === null || !/^\d{6}$/.test(code)) return null;
  const totp = newTotp(owner.email ?? '', Secret.fromBase32(secret));
  const drift = totp.validate({ token: code, timestamp: now, window: DRIFT_STEPS });
  return drift === null ? null : Math.floor(now / SECOND / PERIOD_SECONDS) + drift;
}

/** The write that uses the code up; it changes nothing when the code is wrong or was used before. */
export function useSecondFactor(ctx: Context, owner: Account, code: string) {
  if (/^\d{6}$/.test(code)) {
    const step = totpStep(ctx.keyring, owner, code, ctx.clock.now());
    if (step === null || step <= owner.totpLastStep) return null;
    const write = (db: Database) =>
      must(
        db
          .update(account)
          .set({ totpLastStep: step })
          .where(and(eq(account.id, owner.id), lt(account.totpLastStep, step))),
      );
    return { method: 'totp', write } as const;
  }
  const digest = recoveryDigest(ctx.keyring, owner.id, code);
  const write = (db: Database) =>
    must(
      db
        .delete(recoveryCode)
        .where(and(eq(recoveryCode.accountId, owner.id), eq(recoveryCode.digest, digest))),
    );
  return { method: 'recovery_code', write } as const;
}
