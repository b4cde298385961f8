import { Buffer } from 'node:buffer';
import { desc, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { requireRecentLogin } from './allow.ts';
import { issueChallenge } from './challenge.ts';
import { getOwnAccount } from './queries.ts';
import { MAX_PASSKEYS } from './rules.ts';
import type { PasskeyOptions } from './schemas.ts';
import { passkey } from './tables.ts';
import { relyingParty, webauthn } from './webauthn.ts';

export async function startPasskey(ctx: Context): Promise<z.infer<typeof PasskeyOptions>> {
  const actor = requireRecentLogin(ctx);

  const own = await getOwnAccount(ctx, actor);
  const known = await ctx.db
    .select({ id: passkey.credentialId, transports: passkey.transports })
    .from(passkey)
    .where(eq(passkey.accountId, own.id))
    .orderBy(desc(passkey.createdAt))
    .limit(MAX_PASSKEYS);

  const { generateRegistrationOptions } = await webauthn();
  const { name, id } = relyingParty(ctx.settings);
  const { challenge, token } = issueChallenge(ctx.keyring, 'passkey-registration', own.id, ctx.clock.now());
  const options = await generateRegistrationOptions({
    rpName: name,
    rpID: id,
    userID: new Uint8Array(Buffer.from(own.id)),
    userName: own.email as string,
    userDisplayName: own.name,
    challenge: new Uint8Array(Buffer.from(challenge.nonce, 'base64url')),
    excludeCredentials: known,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return { challengeToken: token, options: { ...options } };
}
