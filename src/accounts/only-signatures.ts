/**
 * Stands in, in the Worker, for the reader of ASN.1 that @simplewebauthn/server brings along (see `[alias]` in
 * wrangler.toml). Without certificates all that is left to read is an ECDSA signature: a sequence of two integers.
 * What is made of other bytes admits nobody, as WebCrypto judges the two numbers afterwards.
 */
const INTEGER = 0x02;
const SEQUENCE = 0x30;
const MAX_SHORT_LENGTH = 0x7f;
const LENGTH_IN_NEXT_BYTE = 0x81;

/** The integers as they are written, with a leading zero where there is one. */
class ECDSASigValue {
  readonly r: Uint8Array;
  readonly s: Uint8Array;

  constructor(der: Uint8Array) {
    const whole = readElement(der, SEQUENCE);
    const first = readElement(whole.content, INTEGER);
    const second = readElement(first.rest, INTEGER);
    if (whole.rest.length > 0 || second.rest.length > 0) refuse();
    this.r = first.content;
    this.s = second.content;
  }
}

const AsnParser = {
  parse: (bytes: Uint8Array, shape: unknown): ECDSASigValue =>
    shape === ECDSASigValue ? new ECDSASigValue(bytes) : refuse(),
};

/** Of up to 255 bytes, where the longest signature, of P-521, has 139. */
function readElement(bytes: Uint8Array, tag: number): { content: Uint8Array; rest: Uint8Array } {
  const [found, short = 0, long = 0] = bytes;
  const isLong = short === LENGTH_IN_NEXT_BYTE;
  const start = isLong ? 3 : 2;
  const end = start + (isLong ? long : short);
  if (found !== tag || (short > MAX_SHORT_LENGTH && !isLong) || end > bytes.length) refuse();
  return { content: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

function refuse(): never {
  throw new Error('Nothing but a signature is read here');
}

/** For other things ASN.1 has no description here, so that nothing can be read as one. */
class Unreadable {}

const NONE = '';

export {
  AsnParser,
  ECDSASigValue,
  NONE as id_ecdsaWithSHA256,
  NONE as id_ecdsaWithSHA384,
  NONE as id_ecdsaWithSHA512,
  NONE as id_ecPublicKey,
  NONE as id_secp256r1,
  NONE as id_secp384r1,
  Unreadable as ECParameters,
  Unreadable as OctetString,
};
