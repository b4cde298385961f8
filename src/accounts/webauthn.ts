import type { Settings } from '../env.ts';

/** Loaded when a passkey is first used: the library brings certificate parsers that no other request needs. */
export const webauthn = () => import('@simplewebauthn/server');

/** Passkeys belong to the site's host name and are accepted from the origins that may call the API. */
export function relyingParty(settings: Settings) {
  return {
    name: 'Roost',
    id: new URL(settings.origin).hostname,
    origins: [settings.origin, ...settings.corsOrigins],
  };
}
