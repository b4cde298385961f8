import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND } from '../kernel/clock.ts';
import type { Keyring } from '../kernel/crypto.ts';
import type { LimitRule } from '../platform/limiter.ts';

/** Every number of this room, and the decisions that need nothing but their arguments. */
export const CODE_LIFE_MS = 15 * MINUTE;
export const RESET_LIFE_MS = HOUR;
export const CHALLENGE_LIFE_MS = 5 * MINUTE;
export const SESSION_LIFE_MS = 30 * DAY;
export const SESSION_MAX_LIFE_MS = 180 * DAY;
/** How long after a rotation the token before may still be shown, once: its answer may have been lost. */
export const RETRY_GRACE_MS = 10 * SECOND;
export const UNVERIFIED_LIFE_MS = 30 * DAY;
export const MAX_API_KEYS = 50;
export const MAX_PASSKEYS = 20;
export const RECOVERY_CODES = 10;
/** After so many failures for one address, wherever they came from, a login needs the challenge. */
export const CAPTCHA_AFTER_FAILURES = 3;

const RECOVERY_ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';

const HOUR_SECONDS = HOUR / SECOND;
const DAY_SECONDS = DAY / SECOND;

/** Five tries at a mailed code, and no more: the next code has its own five. */
export const CODE_RULES: readonly LimitRule[] = [{ name: 'code', limit: 5, windowSeconds: DAY_SECONDS }];
export const MFA_RULES: readonly LimitRule[] = [{ name: 'mfa', limit: 5, windowSeconds: HOUR_SECONDS / 4 }];
export const MAIL_RULES: readonly LimitRule[] = [{ name: 'mail', limit: 5, windowSeconds: HOUR_SECONDS }];

/**
 * From one place, waits that double from the sixth attempt on; against one address from everywhere, a
 * ceiling. So a stranger elsewhere slows nobody down before the ceiling is reached.
 */
export const passwordRules = (ip: string): readonly LimitRule[] => [
  {
    name: `from ${ip}`,
    limit: 100,
    windowSeconds: DAY_SECONDS,
    backoff: { free: 5, baseSeconds: 1, maxSeconds: 900 },
  },
  { name: 'all', limit: 60, windowSeconds: HOUR_SECONDS },
];

export const toEmailKey = (email: string): string => email.normalize('NFC').toLowerCase();

/** Six digits that only we can compute, so the code itself is stored nowhere. */
export function mailCode(keyring: Keyring, registrationId: string, codeNumber: number): string {
  const mac = Buffer.from(keyring.mac('mail-code', 'verify', registrationId, codeNumber), 'base64url');
  return String(mac.readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
}

export function resetToken(keyring: Keyring, resetId: string): string {
  return `${resetId}.${keyring.mac('mail-code', 'reset', resetId)}`;
}

/** The id inside, if we made the token. */
export function readResetToken(keyring: Keyring, token: string): string | null {
  const [resetId = '', mac = '', ...rest] = token.split('.');
  return rest.length === 0 && keyring.macMatches('mail-code', mac, 'reset', resetId) ? resetId : null;
}

export function refreshToken(keyring: Keyring, sessionId: string, generation: number): string {
  const content = `${sessionId}.${generation}`;
  return `rt_${content}.${keyring.mac('refresh-token', sessionId, generation)}`;
}

export function readRefreshToken(
  keyring: Keyring,
  token: string,
): { sessionId: string; generation: number } | null {
  const match = /^rt_(ses_[0-9a-z]{26})\.([1-9]\d{0,8})\.([\w-]{43})$/.exec(token);
  if (!match) return null;
  const [, sessionId = '', generation = '', mac = ''] = match;
  if (!keyring.macMatches('refresh-token', mac, sessionId, Number(generation))) return null;
  return { sessionId, generation: Number(generation) };
}

/** People type recovery codes from paper: case, spaces and dashes do not count. */
export const recoveryDigest = (keyring: Keyring, accountId: string, code: string): string =>
  keyring.mac('digest', 'recovery-code', accountId, code.toLowerCase().replace(/[\s-]/g, ''));

/** Ten letters and digits, 50 bits, in two groups that can be read aloud. */
export function randomRecoveryCode(): string {
  const letters = Array.from(randomBytes(10), (byte: number) => RECOVERY_ALPHABET[byte & 31]).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}
