import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

type Site = { readonly rpId: string; readonly origin: string };

const EC_P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const PRESENT_AND_VERIFIED = 0x05;
const WITH_KEY = 0x40;

/** A security key made of software: what a browser would hand over for one passkey of one site. */
export async function newAuthenticator({ rpId, origin }: Site) {
  const keys = (await crypto.subtle.generateKey(EC_P256, true, ['sign', 'verify'])) as CryptoKeyPair;
  const jwk = (await crypto.subtle.exportKey('jwk', keys.publicKey)) as { x: string; y: string };
  const publicKey = coseKey(Buffer.from(jwk.x, 'base64url'), Buffer.from(jwk.y, 'base64url'));
  const rawId = crypto.getRandomValues(new Uint8Array(32));
  const id = Buffer.from(rawId).toString('base64url');

  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const authenticatorData = (flags: number, counter: number, rest: Buffer = Buffer.alloc(0)) => {
    const head = Buffer.alloc(5);
    head[0] = flags;
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(Buffer.from(rpId)), head, rest]);
  };
  const credential = (response: Record<string, Buffer>) => ({
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: Object.fromEntries(
      Object.entries(response).map(([name, bytes]) => [name, bytes.toString('base64url')]),
    ),
  });

  return {
    id,
    publicKey: publicKey.toString('base64url'),

    /** The answer to navigator.credentials.create(). */
    register(challenge: string) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(rawId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, rawId, publicKey]);
      const authData = authenticatorData(PRESENT_AND_VERIFIED | WITH_KEY, 0, attested);
      return credential({
        clientDataJSON: clientData('webauthn.create', challenge),
        attestationObject: attestation(authData),
      });
    },

    /** The answer to navigator.credentials.get(). */
    async logIn(challenge: string, counter: number) {
      const clientDataJSON = clientData('webauthn.get', challenge);
      const authData = authenticatorData(PRESENT_AND_VERIFIED, counter);
      const signed = Buffer.concat([authData, sha256(clientDataJSON)]);
      const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, signed);
      return credential({ clientDataJSON, authenticatorData: authData, signature: toDer(Buffer.from(raw)) });
    },
  };
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** CBOR of {1: 2, 3: -7, -1: 1, -2: x, -3: y}: an ES256 key as COSE writes it. */
const coseKey = (x: Buffer, y: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
    x,
    Buffer.from([0x22, 0x58, 0x20]),
    y,
  ]);

/** CBOR of {fmt: "none", attStmt: {}, authData}: nobody vouches for the make of the device. */
const attestation = (authData: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0xa3, 0x63]),
    Buffer.from('fmt'),
    Buffer.from([0x64]),
    Buffer.from('none'),
    Buffer.from([0x67]),
    Buffer.from('attStmt'),
    Buffer.from([0xa0, 0x68]),
    Buffer.from('authData'),
    Buffer.from([0x58, authData.length]),
    authData,
  ]);

/** WebCrypto gives r and s side by side; WebAuthn wants them as an ASN.1 sequence. */
function toDer(raw: Buffer): Buffer {
  const integer = (bytes: Buffer) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const short = bytes.subarray(start);
    const padded = (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short;
    return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
  };
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}
