import { errors, importJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Settings, SigningKey } from '../env.ts';
import type { Role, SessionActor } from '../kernel/actor.ts';
import { type Clock, MINUTE, SECOND } from '../kernel/clock.ts';
import { fromBase64Url } from '../kernel/crypto.ts';

/**
 * Access tokens are signed with the first key and believed without any trip if one of the (at most two)
 * keys verifies them. The algorithm, issuer, audience and type are fixed; a token chooses none of them.
 */
const ALGORITHM = 'ES256';
const TYPE = 'at+jwt';
const AUDIENCE = 'roost-api';
export const ACCESS_TOKEN_SECONDS = (15 * MINUTE) / SECOND;

type Claims = JWTPayload & {
  sid?: unknown;
  roles?: unknown;
  host?: unknown;
  mfa?: unknown;
  auth_time?: unknown;
};

type ImportedKeys = { sign: CryptoKey; verify: Map<string, CryptoKey>; kid: string };
const imported = new WeakMap<readonly SigningKey[], Promise<ImportedKeys>>();

export async function signAccessToken(
  settings: Settings,
  actor: SessionActor,
  clock: Clock,
): Promise<string> {
  const { sign, kid } = await keysOf(settings);
  const now = Math.floor(clock.now() / SECOND);
  return new SignJWT({
    sid: actor.sessionId,
    host: actor.isHost,
    roles: actor.roles,
    mfa: actor.mfa,
    auth_time: Math.floor(actor.authenticatedAt / SECOND),
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
    .setIssuer(settings.origin)
    .setAudience(AUDIENCE)
    .setSubject(actor.accountId)
    .setIssuedAt(now)
    .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
    .sign(sign);
}

/** Null for every token that is not exactly one of ours and still alive. */
export async function verifyAccessToken(
  settings: Settings,
  token: string,
  clock: Clock,
): Promise<SessionActor | null> {
  // Header and payload are signed as they are spelled; the signature has to have its one spelling itself.
  if (fromBase64Url(token.slice(token.lastIndexOf('.') + 1)) === null) return null;
  const { verify } = await keysOf(settings);
  try {
    const { payload, protectedHeader } = await jwtVerify<Claims>(
      token,
      (header) => {
        const key = header.kid === undefined ? undefined : verify.get(header.kid);
        if (!key) throw new errors.JWSInvalid('unknown key');
        return key;
      },
      {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: settings.origin,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'sid', 'iat', 'exp', 'auth_time'],
        currentDate: new Date(clock.now()),
        maxTokenAge: ACCESS_TOKEN_SECONDS,
      },
    );
    return protectedHeader.crit === undefined ? toActor(payload) : null;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
    throw error;
  }
}

export function publicKeys(settings: Settings): Record<string, string>[] {
  return settings.authKeys.map(({ kid, x, y }) => ({
    kty: 'EC',
    crv: 'P-256',
    kid,
    x: x as string,
    y: y as string,
    use: 'sig',
    alg: ALGORITHM,
  }));
}

function toActor({ sub, sid, roles, host, mfa, auth_time }: Claims): SessionActor | null {
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof auth_time !== 'number') return null;
  if (!Array.isArray(roles) || typeof host !== 'boolean' || typeof mfa !== 'boolean') return null;
  return {
    kind: 'session',
    accountId: sub,
    sessionId: sid,
    isHost: host,
    roles: roles.filter((role): role is Role => role === 'staff'),
    mfa,
    authenticatedAt: auth_time * SECOND,
  };
}

function keysOf(settings: Settings): Promise<ImportedKeys> {
  let keys = imported.get(settings.authKeys);
  if (!keys) {
    keys = importKeys(settings.authKeys);
    imported.set(settings.authKeys, keys);
  }
  return keys;
}

async function importKeys(keys: readonly SigningKey[]): Promise<ImportedKeys> {
  const [first] = keys;
  if (!first) throw new Error('There is no signing key');
  const verify = new Map<string, CryptoKey>();
  for (const { kid, kty, crv, x, y } of keys) {
    verify.set(kid, (await importJWK({ kty, crv, x, y } as never, ALGORITHM)) as CryptoKey);
  }
  return { sign: (await importJWK(first, ALGORITHM)) as CryptoKey, verify, kid: first.kid };
}
