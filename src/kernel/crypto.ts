import { Buffer } from 'node:buffer';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** Keys are derived from the one master secret, one per purpose, so that no two uses share a key. */
export type Purpose =
  | 'refresh-token'
  | 'mail-code'
  | 'challenge'
  | 'cursor'
  | 'second-factor'
  | 'replay'
  | 'digest'
  | 'audit-chain'
  | 'quote'
  | 'approximate'
  | 'calendar'
  | 'feed'
  | 'callback'
  | 'saved-search';

export type Keyring = {
  /** Base64url HMAC-SHA-256 over the parts, which cannot run into each other. */
  mac(purpose: Purpose, ...parts: readonly (string | number)[]): string;
  macMatches(purpose: Purpose, mac: string, ...parts: readonly (string | number)[]): boolean;
  seal(purpose: Purpose, plain: string, boundTo: string): string;
  /** Null when the text was not sealed here, for this purpose and for `boundTo`. */
  open(purpose: Purpose, sealed: string, boundTo: string): string | null;
};

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export function createKeyring(masterSecret: Uint8Array): Keyring {
  const keys = new Map<Purpose, Buffer>();
  const keyFor = (purpose: Purpose): Buffer => {
    const known = keys.get(purpose);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', masterSecret, '', `roost ${purpose}`, KEY_BYTES));
    keys.set(purpose, key);
    return key;
  };
  const macBytes = (purpose: Purpose, parts: readonly (string | number)[]): Buffer =>
    createHmac('sha256', keyFor(purpose)).update(JSON.stringify(parts)).digest();

  return {
    mac: (purpose, ...parts) => macBytes(purpose, parts).toString('base64url'),
    macMatches(purpose, mac, ...parts) {
      const given = fromBase64Url(mac);
      const expected = macBytes(purpose, parts);
      return given !== null && given.length === expected.length && timingSafeEqual(given, expected);
    },
    seal(purpose, plain, boundTo) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(purpose), iv);
      cipher.setAAD(Buffer.from(boundTo));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(purpose, sealed, boundTo) {
      const bytes = fromBase64Url(sealed);
      if (!bytes || bytes.length < IV_BYTES + TAG_BYTES) return null;
      const decipher = createDecipheriv('aes-256-gcm', keyFor(purpose), bytes.subarray(0, IV_BYTES));
      decipher.setAAD(Buffer.from(boundTo));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const opened = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
        return Buffer.concat(opened).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

export const sha256 = (value: string | Uint8Array): string =>
  createHash('sha256').update(value).digest('base64url');

export const randomToken = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** Null unless the text is exactly what encoding its bytes gives: one value has one spelling. */
export function fromBase64Url(value: string): Buffer | null {
  const bytes = Buffer.from(value, 'base64url');
  return bytes.toString('base64url') === value ? bytes : null;
}
