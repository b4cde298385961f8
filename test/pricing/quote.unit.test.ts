import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MINUTE } from '../../src/kernel/clock.ts';
import { createKeyring } from '../../src/kernel/crypto.ts';
import { Guests, openQuote, priceStay, QUOTE_LIFE_MS, Rates, sealQuote } from '../../src/pricing/index.ts';
import { randomRequest } from './random-request.ts';

const ISSUED_AT = Date.UTC(2027, 0, 15, 12);
const keyring = createKeyring(new Uint8Array(32).fill(7));
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

type Request = Parameters<typeof priceStay>[0];

function seal(request: Request) {
  const price = priceStay(request);
  if ('refusal' in price) return null;
  return sealQuote(keyring, {
    ...price,
    propertyId: 'prp_01jhk3v5d8e2f4g6h8j0k2m4n6',
    stay: request.stay,
    guests: request.guests,
    policy: 'moderate',
    ratesVersion: 3,
    promotion: request.promotion ?? null,
    issuedAt: ISSUED_AT,
  });
}

const sample = seal({
  rates: Rates.parse({
    currency: 'EUR',
    nightly: 10_000,
    taxes: [{ name: 'Taxe de séjour 🏠', kind: 'per_guest_night', value: 288 }],
  }),
  stay: { checkIn: '2027-02-27', checkOut: '2027-03-02' },
  guests: Guests.parse({ adults: 2 }),
  overrides: new Map(),
  bookedOn: '2027-01-15',
  fees: { guestPercent: 14, hostPercent: 3 },
});
if (!sample) throw new Error('The sample has no price');
const { token, quote } = sample;

const outcomeOf = (text: string, nowMs = ISSUED_AT) => {
  const opened = openQuote(keyring, text, nowMs);
  return 'refusal' in opened ? opened.refusal : 'open';
};

test('a quote says what it was sealed with, for 15 minutes', () => {
  expect(quote.expiresAt).toBe(ISSUED_AT + 15 * MINUTE);
  expect(openQuote(keyring, token, ISSUED_AT)).toEqual(quote);
  expect(openQuote(keyring, token, ISSUED_AT + QUOTE_LIFE_MS - 1)).toEqual(quote);
  expect(openQuote(keyring, token, ISSUED_AT + QUOTE_LIFE_MS)).toEqual({ refusal: 'expired' });
  expect(token).toMatch(/^k1\.[\w-]+\.[\w-]{43}$/);
});

test('no character of a quote can be changed, added or left out, and no bit', () => {
  const accepted: string[] = [];
  let tried = 0;
  const refuse = (text: string) => {
    tried++;
    if (text !== token && outcomeOf(text) !== 'invalid') accepted.push(text);
  };
  for (let at = 0; at <= token.length; at++) {
    const [before, after] = [token.slice(0, at), token.slice(at + 1)];
    refuse(before);
    refuse(before + after);
    for (const letter of `${BASE64URL}.=+/ \n`) refuse(before + letter + after);
    for (const letter of 'A_.=') refuse(before + letter + token.slice(at));
    for (let bit = 0; bit < 16 && at < token.length; bit++)
      refuse(before + String.fromCharCode(token.charCodeAt(at) ^ (1 << bit)) + after);
  }
  expect(accepted).toEqual([]);
  expect(tried).toBeGreaterThan(80 * token.length);
}, 30_000);

test('a changed quote is invalid, not expired, however late it comes', () => {
  const [, payload = '', mac = ''] = token.split('.');
  const longer = Buffer.from(payload, 'base64url')
    .toString()
    .replace(String(quote.expiresAt), String(quote.expiresAt + 1));
  const later = `k1.${Buffer.from(longer).toString('base64url')}.${mac}`;
  expect(later).not.toBe(token);
  expect(outcomeOf(later, ISSUED_AT + 2 * QUOTE_LIFE_MS)).toBe('invalid');
});

test('only our key, for quotes, under its own name, makes one', () => {
  const [, payload = ''] = token.split('.');
  const other = createKeyring(new Uint8Array(32).fill(8));
  expect(outcomeOf(token)).toBe('open');
  expect(openQuote(other, token, ISSUED_AT)).toEqual({ refusal: 'invalid' });
  for (const forged of [
    `k1.${payload}.${keyring.mac('cursor', 'k1', payload)}`,
    `k1.${payload}.${keyring.mac('quote', payload)}`,
    `k2.${payload}.${keyring.mac('quote', 'k2', payload)}`,
    `k1.${payload}.`,
    `${token}.`,
    `.${token}`,
    `k1..${keyring.mac('quote', 'k1', '')}x`,
    '',
    '..',
  ])
    expect([forged, outcomeOf(forged)]).toEqual([forged, 'invalid']);
});

test('whatever a stay costs, its quote carries it unchanged, and any one flip is noticed', () => {
  const flip = fc.record({ where: fc.double({ min: 0, max: 0.999_999, noNaN: true }), bit: fc.nat(6) });
  fc.assert(
    fc.property(randomRequest, fc.array(flip, { minLength: 5, maxLength: 5 }), (request, flips) => {
      const sealed = seal(request);
      if (!sealed) return;
      expect(openQuote(keyring, sealed.token, ISSUED_AT)).toEqual(sealed.quote);
      for (const { where, bit } of flips) {
        const at = Math.floor(where * sealed.token.length);
        const flipped = String.fromCharCode(sealed.token.charCodeAt(at) ^ (1 << bit));
        const changed = sealed.token.slice(0, at) + flipped + sealed.token.slice(at + 1);
        expect(outcomeOf(changed)).toBe('invalid');
      }
    }),
    { numRuns: 2_000 },
  );
}, 30_000);
