import { V7Generator } from 'uuidv7';

/**
 * Ids are a prefix, an underscore and 26 letters and digits: 128 bits in which the first 48 are the
 * millisecond, so that ids sort by time, and at least 64 of the rest are random.
 */
export type IdPrefix =
  | 'usr'
  | 'reg'
  | 'pwr'
  | 'ses'
  | 'key'
  | 'psk'
  | 'exp'
  | 'prp'
  | 'img'
  | 'fdb'
  | 'bkg'
  | 'pay'
  | 'rfd'
  | 'eff'
  | 'pyo'
  | 'alt'
  | 'dsc'
  | 'wtl'
  | 'sav'
  | 'aud'
  | 'out'
  | 'dlt'
  | 'req';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const PROPERTY = 'prp_';
const LENGTH = 26;
const generator = new V7Generator();

export function newId(prefix: IdPrefix, nowMs: number): string {
  return `${prefix}_${toBase32(generator.generateOrResetWithTs(nowMs).bytes)}`;
}

/** An id whose second half is its property's, so that whoever has it knows where to ask. */
export function newIdWithin(prefix: IdPrefix, propertyId: string, nowMs: number): string {
  return newId(prefix, nowMs) + propertyId.slice(PROPERTY.length);
}

/** The pattern of such an id has made sure that there is a second half. */
export const propertyIdOf = (id: string): string => PROPERTY + id.slice(-LENGTH);

export const idPatternWithin = (prefix: IdPrefix): RegExp =>
  new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{${2 * LENGTH}}$`);

export const idPattern = (prefix: IdPrefix): RegExp => new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`);

function toBase32(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += ALPHABET[Number((value >> shift) & 31n)];
  return text;
}
