import { Buffer } from 'node:buffer';
import { and, eq, getTableColumns } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { readChallenge, spend } from './challenge.ts';
import { AccountSuspended, PasskeyRefused } from './errors.ts';
import { openSession } from './open-session.ts';
import { unchanged } from './queries.ts';
import type { PasskeyLoginBody, Tokens } from './schemas.ts';
import { account, passkey, session } from './tables.ts';
import { relyingParty, webauthn } from './webauthn.ts';

/** A passkey that verified its user is two factors in one. Its counter may only grow: a copy shows itself. */
export async function passkeyLogin(
  ctx: Context,
  input: z.infer<typeof PasskeyLoginBody>,
): Promise<z.infer<typeof Tokens>> {
  const now = ctx.clock.now();
  const challenge = readChallenge(ctx.keyring, 'passkey-login', input.challengeToken, now);
  if (!challenge) throw PasskeyRefused();
  const [row] = await ctx.db
    .select({
      ...getTableColumns(account),
      passkeyId: passkey.credentialId,
      publicKey: passkey.publicKey,
      counter: passkey.counter,
    })
    .from(passkey)
    .innerJoin(account, eq(account.id, passkey.accountId))
    .where(eq(passkey.credentialId, input.credential.id));
  if (!row) throw PasskeyRefused();

  const { passkeyId, publicKey, counter, ...owner } = row;
  const { id: rpId, origins } = relyingParty(ctx.settings);
  const { verifyAuthenticationResponse } = await webauthn();
  const checked = await verifyAuthenticationResponse({
    response: input.credential as never,
    expectedChallenge: challenge.nonce,
    expectedOrigin: origins,
    expectedRPID: rpId,
    credential: { id: passkeyId, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter },
    requireUserVerification: true,
  }).catch(() => null);
  if (!checked?.verified) throw PasskeyRefused();
  if (owner.status !== 'active') throw AccountSuspended();

  const { row: opened, tokens } = await openSession(ctx, owner, { mfa: true });
  return commit(ctx, {
    writes: (db) => [
      unchanged(db, owner),
      spend(db, challenge),
      must(
        db
          .update(passkey)
          .set({ counter: checked.authenticationInfo.newCounter, lastUsedAt: now })
          .where(and(eq(passkey.credentialId, passkeyId), eq(passkey.counter, counter))),
      ),
      db.insert(session).values(opened),
    ],
    audit: [{ action: 'session.opened', subject: opened.id, data: { by: 'passkey', accountId: owner.id } }],
    whenTaken: { 'spent.digest': PasskeyRefused },
    result: tokens,
  });
}
