import { Buffer } from 'node:buffer';
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/** The passkey part of a phone: one P-256 key, no attestation, and every lie that a test wants told. */
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
};

export const ORIGIN = 'http://localhost:3000';
const RP_ID = 'localhost';
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;
const NO_MODEL = Buffer.alloc(16);

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
    const attestationObject = map([
      [text('fmt'), text('none')],
      [text('attStmt'), map([])],
      [text('authData'), bytes(Buffer.concat([this.#data(ATTESTED, lies), attested]))],
    ]);
    return this.#credential({
      clientDataJSON: clientData('webauthn.create', challenge, lies).toString('base64url'),
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
const map = (entries: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([head(5, entries.length), ...entries.flat()]);

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}
