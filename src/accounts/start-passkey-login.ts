import { Buffer } from 'node:buffer';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { issueChallenge } from './challenge.ts';
import type { PasskeyOptions } from './schemas.ts';
import { relyingParty, webauthn } from './webauthn.ts';

/** Asks for no address and so reveals nothing: the authenticator itself knows whose passkey it holds. */
export async function startPasskeyLogin(ctx: Context): Promise<z.infer<typeof PasskeyOptions>> {
  const { generateAuthenticationOptions } = await webauthn();
  const { challenge, token } = issueChallenge(ctx.keyring, 'passkey-login', 'anybody', ctx.clock.now());
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(ctx.settings).id,
    challenge: new Uint8Array(Buffer.from(challenge.nonce, 'base64url')),
    userVerification: 'required',
  });
  return { challengeToken: token, options: { ...options } };
}
