import { Buffer } from 'node:buffer';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { requireRecentLogin } from './allow.ts';
import { readChallenge, spend } from './challenge.ts';
import { PasskeyRefused, PasskeyTaken, TooManyPasskeys } from './errors.ts';
import { notice } from './mails.ts';
import { MAX_PASSKEYS } from './rules.ts';
import type { AddPasskeyBody, Passkey } from './schemas.ts';
import { passkey } from './tables.ts';
import { relyingParty, standsAlone, webauthn } from './webauthn.ts';

export async function addPasskey(
  ctx: Context,
  input: z.infer<typeof AddPasskeyBody>,
): Promise<z.infer<typeof Passkey>> {
  const actor = requireRecentLogin(ctx);

  const now = ctx.clock.now();
  const challenge = readChallenge(ctx.keyring, 'passkey-registration', input.challengeToken, now);
  if (challenge?.subject !== actor.accountId) throw PasskeyRefused();
  const { id: rpId, origins } = relyingParty(ctx.settings);
  const { verifyRegistrationResponse } = await webauthn();
  const checked = await verifyRegistrationResponse({
    response: input.credential as never,
    expectedChallenge: challenge.nonce,
    expectedOrigin: origins,
    expectedRPID: rpId,
    requireUserVerification: true,
  }).catch(() => null);
  if (!checked?.verified || !(await standsAlone(checked.registrationInfo))) throw PasskeyRefused();

  const { credential } = checked.registrationInfo;
  const id = newId('psk', now);
  const name = input.name ?? 'Passkey';
  const publicKey = Buffer.from(credential.publicKey).toString('base64url');
  const transports = JSON.stringify(credential.transports ?? []);
  return commit(ctx, {
    writes: (db) => [
      spend(db, challenge),
      must(
        db.insert(passkey).select(
          sql`SELECT ${id}, ${actor.accountId}, ${credential.id}, ${publicKey}, ${credential.counter},
              ${transports}, ${name}, ${now}, NULL
            WHERE (SELECT count(*) FROM ${passkey} WHERE ${eq(passkey.accountId, actor.accountId)}) < ${MAX_PASSKEYS}`,
        ),
      ),
    ],
    audit: [{ action: 'passkey.added', subject: id }],
    outbox: [notice(ctx, actor.accountId, 'passkey_added')],
    whenMoved: TooManyPasskeys,
    whenTaken: { 'spent.digest': PasskeyRefused, 'passkey.credential_id': PasskeyTaken },
    result: { id, name, createdAt: toInstant(now), lastUsedAt: null },
  });
}
