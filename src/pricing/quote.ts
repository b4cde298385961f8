import { Buffer } from 'node:buffer';
import { MINUTE } from '../kernel/clock.ts';
import { fromBase64Url, type Keyring } from '../kernel/crypto.ts';
import { nightsOf, type Stay } from '../kernel/stay.ts';
import type { StayPrice } from './rules.ts';
import type { Guests } from './schemas.ts';

/**
 * A quote is a price with an expiry, carried by the guest: everything that a booking takes from it is inside
 * and signed, so nothing is stored and nothing can be changed. It is not secret.
 */
export type Quote = StayPrice & {
  readonly propertyId: string;
  readonly stay: Stay;
  readonly guests: Guests;
  readonly policy: string;
  readonly ratesVersion: number;
  readonly promotion: { readonly code: string; readonly percentOff: number } | null;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
};

export const QUOTE_LIFE_MS = 15 * MINUTE;
/** Names the key and the shape of what is signed: it changes with either. */
const KEY_ID = 'k1';

export function sealQuote(
  keyring: Keyring,
  quote: Omit<Quote, 'expiresAt'>,
): { token: string; quote: Quote } {
  const sealed: Quote = { ...quote, expiresAt: quote.issuedAt + QUOTE_LIFE_MS };
  // The dates follow from the stay.
  const content = { ...sealed, nights: quote.nights.map(({ price }) => price) };
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  return { token: `${KEY_ID}.${payload}.${keyring.mac('quote', KEY_ID, payload)}`, quote: sealed };
}

/** Expired is said only of what we did sign; at the very instant of `expiresAt` it is. */
export function openQuote(
  keyring: Keyring,
  token: string,
  nowMs: number,
): Quote | { readonly refusal: 'invalid' | 'expired' } {
  const [keyId = '', payload = '', mac = '', ...rest] = token.split('.');
  if (keyId !== KEY_ID || rest.length > 0) return { refusal: 'invalid' };
  if (!keyring.macMatches('quote', mac, keyId, payload)) return { refusal: 'invalid' };
  const bytes = fromBase64Url(payload);
  if (bytes === null) return { refusal: 'invalid' };

  const content = JSON.parse(bytes.toString('utf8')) as Omit<Quote, 'nights'> & { nights: number[] };
  if (nowMs >= content.expiresAt) return { refusal: 'expired' };
  const dates = nightsOf(content.stay);
  return { ...content, nights: dates.map((date, index) => ({ date, price: content.nights[index] ?? 0 })) };
}
