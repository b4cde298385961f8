import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { WEBHOOK_SECRET } from '../sandbox/src/stripe/secret.ts';

/** Cloudflare's documented secret that lets every token pass. Only development accepts it. */
export const TURNSTILE_TEST_SECRET = '1x0000000000000000000000000000000AA';

const MAX_AUTH_KEYS = 2;

export type Secrets = Record<
  | 'AUTH_KEYS'
  | 'MASTER_SECRET'
  | 'TURNSTILE_SECRET'
  | 'MAIL_TOKEN'
  | 'MPESA_CONSUMER_KEY'
  | 'MPESA_CONSUMER_SECRET'
  | 'MPESA_PASSKEY'
  | 'MPESA_SECURITY_CREDENTIAL'
  | 'STRIPE_SECRET_KEY'
  | 'STRIPE_PUBLISHABLE_KEY'
  | 'STRIPE_WEBHOOK_SECRETS',
  string
>;

/** What a development machine or a test needs. Nothing here is fit for production but the two keys. */
export async function generateSecrets(): Promise<Secrets> {
  return {
    AUTH_KEYS: JSON.stringify([await generateAuthKey()]),
    MASTER_SECRET: randomBytes(32).toString('base64url'),
    TURNSTILE_SECRET: TURNSTILE_TEST_SECRET,
    MAIL_TOKEN: randomBytes(24).toString('base64url'),
    MPESA_CONSUMER_KEY: randomBytes(24).toString('base64url'),
    MPESA_CONSUMER_SECRET: randomBytes(24).toString('base64url'),
    MPESA_PASSKEY: randomBytes(32).toString('hex'),
    MPESA_SECURITY_CREDENTIAL: randomBytes(256).toString('base64'),
    STRIPE_SECRET_KEY: `sk_test_${randomBytes(16).toString('hex')}`,
    STRIPE_PUBLISHABLE_KEY: `pk_test_${randomBytes(16).toString('hex')}`,
    STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
  };
}

export async function generateAuthKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: (await calculateJwkThumbprint(jwk)).slice(0, 16), alg: 'ES256', use: 'sig' };
}

/** The new key signs. The one before it still verifies what it has signed; older ones go. `[]` is a beginning. */
export async function rotateAuthKeys(authKeys: string): Promise<string> {
  const former: unknown = JSON.parse(authKeys);
  if (!Array.isArray(former)) throw new Error('AUTH_KEYS is not a list of keys');
  return JSON.stringify([await generateAuthKey(), ...former].slice(0, MAX_AUTH_KEYS));
}
