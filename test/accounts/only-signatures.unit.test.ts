import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { AsnParser, ECDSASigValue, OctetString } from '../../src/accounts/only-signatures.ts';

/** The curves that passkeys use, and how many bytes a number on them has. */
const CURVES = [
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
] as const;
const DATA = Buffer.from('what was signed');

const read = (der: Uint8Array) => AsnParser.parse(der, ECDSASigValue);

/** As WebCrypto takes it: two numbers of the curve's length; null where one is longer than that. */
function flat({ r, s }: { r: Uint8Array; s: Uint8Array }, length: number): Buffer | null {
  const parts = [r, s].map((bytes) => Buffer.from(bytes[0] === 0 ? bytes.subarray(1) : bytes));
  if (parts.some((part) => part.length > length)) return null;
  return Buffer.concat(parts.map((part) => Buffer.concat([Buffer.alloc(length - part.length), part])));
}

test('the two numbers of a signature are read so that the signature is still good, on every curve', () => {
  for (const [namedCurve, length] of CURVES) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    const lengths = new Set<number>();
    for (let round = 0; round < 300; round++) {
      const der = sign('sha256', DATA, privateKey);
      lengths.add(der.length);
      const numbers = flat(read(der), length) as Buffer;
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify('sha256', DATA, key, numbers), der.toString('hex')).toBe(true);
    }
    // Numbers with a leading zero, and without one.
    expect(lengths.size).toBeGreaterThan(1);
  }
});

test('what is cut off, goes on after its end or is not a signature is not read as one', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
  const der = sign('sha256', DATA, privateKey);
  expect(() => read(der)).not.toThrow();
  for (let end = 0; end < der.length; end++) expect(() => read(der.subarray(0, end))).toThrow();
  expect(() => read(Buffer.concat([der, Buffer.of(0)]))).toThrow();
  for (const hex of [
    '',
    '30',
    '3000',
    '3080020101020101',
    '30030201',
    '3006020101040101',
    '30820006020101020101',
  ])
    expect(() => read(Buffer.from(hex, 'hex')), hex).toThrow();
  expect(() => read(Buffer.from('3009020101020102020103', 'hex'))).toThrow();
});

test('a signature with any of its bits turned is refused or no longer good', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = sign('sha256', DATA, privateKey);
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  for (let bit = 0; bit < der.length * 8; bit++) {
    const turned = Buffer.from(der);
    turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
    let numbers: Buffer | null = null;
    try {
      numbers = flat(read(turned), 32);
    } catch {
      continue;
    }
    expect(numbers !== null && verify('sha256', DATA, key, numbers), `bit ${bit}`).toBe(false);
  }
});

test('nothing else is read', () => {
  expect(() => AsnParser.parse(Buffer.from('0401ff', 'hex'), OctetString)).toThrow('Nothing but a signature');
});
