import type { VerifiedRegistrationResponse } from '@simplewebauthn/server';
import type { Settings } from '../env.ts';

type Attested = NonNullable<VerifiedRegistrationResponse['registrationInfo']>;

/** Loaded when a passkey is first used: no other request needs the library. */
export const webauthn = () => import('@simplewebauthn/server');

/**
 * Nobody is asked to vouch for a passkey (attestation `none`), and browsers let through only what the key signed
 * itself. A maker's certificate is not accepted; the Worker could not judge it (`no-certificates.ts`).
 */
export async function standsAlone({ fmt, attestationObject }: Attested): Promise<boolean> {
  if (fmt === 'none') return true;
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  return fmt === 'packed' && !decodeAttestationObject(attestationObject).get('attStmt').get('x5c');
}

/** Passkeys belong to the site's host name and are accepted from the origins that may call the API. */
export function relyingParty(settings: Settings) {
  return {
    name: 'Roost',
    id: new URL(settings.origin).hostname,
    origins: [settings.origin, ...settings.corsOrigins],
  };
}
