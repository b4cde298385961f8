import { Buffer } from 'node:buffer';
import { fromBase64Url, type Keyring, randomToken, sha256 } from '../kernel/crypto.ts';
import type { Database } from '../platform/database.ts';
import { spent } from '../platform/tables.ts';
import { CHALLENGE_LIFE_MS } from './rules.ts';

/**
 * What a client holds between two steps of one login. It is signed, short-lived and stored nowhere until
 * it is used: the commit that uses it writes it down as spent, and can do so only once.
 */
export type ChallengeKind = 'mfa' | 'passkey-registration' | 'passkey-login';
export type Challenge = {
  readonly subject: string;
  /** What the first step relied on: when it has changed, the second step comes too late. */
  readonly basis: string;
  readonly nonce: string;
  readonly expiresAt: number;
};

export function issueChallenge(
  keyring: Keyring,
  kind: ChallengeKind,
  subject: string,
  now: number,
  basis = '',
) {
  const expiresAt = now + CHALLENGE_LIFE_MS;
  const challenge: Challenge = { subject, basis, nonce: randomToken(32), expiresAt };
  const content = Buffer.from(JSON.stringify(challenge)).toString('base64url');
  return { challenge, token: `${content}.${keyring.mac('challenge', kind, content)}` };
}

export function readChallenge(
  keyring: Keyring,
  kind: ChallengeKind,
  token: string,
  now: number,
): Challenge | null {
  const [content = '', mac = '', ...rest] = token.split('.');
  if (rest.length > 0 || !keyring.macMatches('challenge', mac, kind, content)) return null;
  const challenge = JSON.parse((fromBase64Url(content) as Buffer).toString('utf8')) as Challenge;
  return challenge.expiresAt > now ? challenge : null;
}

/** Stands for a password without saying anything about it: another password is another basis. */
export const passwordBasis = (keyring: Keyring, passwordHash: string | null): string =>
  keyring.mac('digest', 'password', passwordHash ?? '');

/** The unique constraint `spent.digest` refuses the second use. */
export const spend = (db: Database, { nonce, expiresAt }: Challenge) =>
  db.insert(spent).values({ digest: sha256(nonce), expiresAt });
