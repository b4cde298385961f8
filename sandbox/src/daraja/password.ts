import { fromNairobi } from './nairobi.ts';
import { invalid, notPermitted } from './refusal.ts';
import { decode } from './tokens.ts';

const CLOCKS_APART_MS = 10 * 60_000;

type Signed = Readonly<Record<'BusinessShortCode' | 'Password' | 'Timestamp', string>>;

/** base64(shortcode, passkey, timestamp); any passkey is this shortcode's. */
export function requirePassword(fields: Signed, nowMs: number): void {
  const { BusinessShortCode: shortcode, Password: password, Timestamp: timestamp } = fields;
  if (!/^\d{5,7}$/.test(shortcode)) throw invalid('BusinessShortCode');
  const at = fromNairobi(timestamp);
  if (at === null || Math.abs(at - nowMs) > CLOCKS_APART_MS) throw invalid('Timestamp');
  const text = decode(password) ?? '';
  const passkeyLength = text.length - shortcode.length - timestamp.length;
  if (!text.startsWith(shortcode) || !text.endsWith(timestamp) || passkeyLength < 1) {
    throw notPermitted('Wrong credentials');
  }
}
