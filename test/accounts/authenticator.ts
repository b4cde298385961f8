import { Buffer } from 'node:buffer';
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/** `packed` without a certificate is signed with the new key itself. */
type Attestation = { readonly fmt: string; readonly certified: boolean };

/** The formats in which a maker vouches for a passkey by certificate. */
export const CERTIFIED = ['packed', 'fido-u2f', 'android-key', 'android-safetynet', 'apple', 'tpm'] as const;

/** The passkey part of a phone: one P-256 key, no attestation unless asked, and every lie that a test wants told. */
export type Lies = {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  crossOrigin?: boolean;
  userVerified?: boolean;
  userPresent?: boolean;
  /** What the counter says; a truthful one grows by one with each use. */
  counter?: number;
  /** Signs with this instead of its own key. */
  signWith?: Authenticator;
  attestation?: Attestation;
};

export const ORIGIN = 'http://localhost:3000';
const RP_ID = 'localhost';
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;
const NO_MODEL = Buffer.alloc(16);

/** A maker of authenticators: a certificate as such have it, valid from 2020 to 2119, and its key (made with openssl). */
const MAKER = {
  certificate: Buffer.from(
    'MIIB2jCCAYCgAwIBAgIBATAKBggqhkjOPQQDAjBdMQswCQYDVQQGEwJQVDEUMBIGA1UECgwLUm9vc3QgVGVzdHMxIjAgBgNV' +
      'BAsMGUF1dGhlbnRpY2F0b3IgQXR0ZXN0YXRpb24xFDASBgNVBAMMC0F0dGVzdGF0aW9uMCAXDTIwMDEwMTAwMDAwMFoYDzIx' +
      'MjAwMTAxMDAwMDAwWjBdMQswCQYDVQQGEwJQVDEUMBIGA1UECgwLUm9vc3QgVGVzdHMxIjAgBgNVBAsMGUF1dGhlbnRpY2F0' +
      'b3IgQXR0ZXN0YXRpb24xFDASBgNVBAMMC0F0dGVzdGF0aW9uMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY8lHMKF621/c' +
      '+AvR/qnnrT/S11xrQeJQFh1WFknrxr4/uK54TVVnsXiM0BdcHFKZzuKwPgULSHN8+9a2KapXVaMvMC0wDAYDVR0TAQH/BAIw' +
      'ADAdBgNVHQ4EFgQU69mA0XsLGJ9VxER30OVFgjDw958wCgYIKoZIzj0EAwIDSAAwRQIhALE0/yayQMe3RyCz23kQ2/ts1LeD' +
      'q1lcCuIzu/1dVblhAiBgZ4akTlmut54pel4QxxJjIgXJtQXxPgmJd0Juut+hjA==',
    'base64',
  ),
  key: {
    key: Buffer.from(
      'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9yeA3VA9V/PYeqPbGcVLVmWvCpOC3F9NFDjAW2k9T9OhRANC' +
        'AARjyUcwoXrbX9z4C9H+qeetP9LXXGtB4lAWHVYWSevGvj+4rnhNVWexeIzQF1wcUpnO4rA+BQtIc3z71rYpqldV',
      'base64',
    ),
    format: 'der',
    type: 'pkcs8',
  },
} as const;

export class Authenticator {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly credentialId: Buffer;
  counter = 0;

  constructor(credentialId: Buffer = randomBytes(32)) {
    this.credentialId = credentialId;
  }

  create(challenge: string, lies: Lies = {}) {
    const { x, y } = this.#keys.publicKey.export({ format: 'jwk' });
    const coseKey = map([
      [int(1), int(2)],
      [int(3), int(-7)],
      [int(-1), int(1)],
      [int(-2), bytes(Buffer.from(x as string, 'base64url'))],
      [int(-3), bytes(Buffer.from(y as string, 'base64url'))],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const attested = Buffer.concat([NO_MODEL, length, this.credentialId, coseKey]);
    const data = Buffer.concat([this.#data(ATTESTED, lies), attested]);
    const client = clientData('webauthn.create', challenge, lies);
    const point = Buffer.concat([
      Buffer.of(4),
      Buffer.from(x as string, 'base64url'),
      Buffer.from(y as string, 'base64url'),
    ]);
    const attestationObject = map([
      [text('fmt'), text(lies.attestation?.fmt ?? 'none')],
      [text('attStmt'), lies.attestation ? this.#statement(lies.attestation, data, client, point) : map([])],
      [text('authData'), bytes(data)],
    ]);
    return this.#credential({
      clientDataJSON: client.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  get(challenge: string, lies: Lies = {}) {
    this.counter = lies.counter ?? this.counter + 1;
    const data = this.#data(0, lies);
    const client = clientData('webauthn.get', challenge, lies);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    const signer = lies.signWith ?? this;
    return this.#credential({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: createSign('sha256').update(signed).sign(signer.#keys.privateKey).toString('base64url'),
      userHandle: '',
    });
  }

  #data(flags: number, { rpId = RP_ID, userVerified = true, userPresent = true }: Lies): Buffer {
    const rest = Buffer.alloc(5);
    rest.writeUInt8(flags | (userPresent ? USER_PRESENT : 0) | (userVerified ? USER_VERIFIED : 0));
    rest.writeUInt32BE(this.counter, 1);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), rest]);
  }

  #statement({ fmt, certified }: Attestation, data: Buffer, client: Buffer, point: Buffer): Buffer {
    const hash = createHash('sha256').update(client).digest();
    const u2f = [Buffer.of(0), data.subarray(0, 32), hash, this.credentialId, point];
    const signed = Buffer.concat(fmt === 'fido-u2f' ? u2f : [data, hash]);
    const signature = createSign('sha256')
      .update(signed)
      .sign(certified ? MAKER.key : this.#keys.privateKey);
    return map([
      [text('alg'), int(-7)],
      [text('sig'), bytes(signature)],
      ...(certified ? [[text('x5c'), list([bytes(MAKER.certificate)])] as const] : []),
    ]);
  }

  #credential(response: Record<string, unknown>) {
    const id = this.credentialId.toString('base64url');
    return { id, rawId: id, type: 'public-key' as const, response, clientExtensionResults: {} };
  }
}

function clientData(type: string, challenge: string, lies: Lies): Buffer {
  const { origin = ORIGIN, crossOrigin = false } = lies;
  const data = { type: lies.type ?? type, challenge: lies.challenge ?? challenge, origin, crossOrigin };
  return Buffer.from(JSON.stringify(data));
}

/** The little of CBOR (RFC 8949) that an attestation needs. */
const int = (value: number): Buffer => (value >= 0 ? head(0, value) : head(1, -1 - value));
const bytes = (value: Buffer): Buffer => Buffer.concat([head(2, value.length), value]);
const text = (value: string): Buffer => Buffer.concat([head(3, value.length), Buffer.from(value)]);
const list = (items: readonly Buffer[]): Buffer => Buffer.concat([head(4, items.length), ...items]);
const map = (entries: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([head(5, entries.length), ...entries.flat()]);

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}
