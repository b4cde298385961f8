import { Buffer } from 'node:buffer';
import { createHmac, createPrivateKey, createSign, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { rotateAuthKeys } from '../../scripts/secrets.ts';
import { issueChallenge } from '../../src/accounts/challenge.ts';
import { resetToken } from '../../src/accounts/rules.ts';
import type { SigningKey } from '../../src/env.ts';
import { SECOND, systemClock } from '../../src/kernel/clock.ts';
import { publicKeys, signAccessToken, verifyAccessToken } from '../../src/platform/access-token.ts';
import { keyring, newMember, shared } from '../accounts/people.ts';
import { everything, request, settings } from '../worker/ground.ts';

const [signing] = shared.authKeys as readonly [SigningKey];
const now = Math.floor(Date.now() / SECOND);
const ours = createPrivateKey({ key: signing as never, format: 'jwk' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const strangerJwk = stranger.publicKey.export({ format: 'jwk' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: signing.kid };
const claimsOf = (subject: string, session: string) => ({
  iss: shared.origin,
  aud: 'roost-api',
  sub: subject,
  sid: session,
  host: false,
  roles: [],
  mfa: false,
  auth_time: now,
  iat: now,
  exp: now + 900,
});

let member: Awaited<ReturnType<typeof newMember>>;
let CLAIMS: Record<string, unknown>;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  member = await newMember();
  CLAIMS = claimsOf(member.id, member.actor.sessionId);
});
afterEach(() => void vi.restoreAllMocks());

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const ecSign = (key: typeof ours, content: string, digest = 'sha256', dsaEncoding = 'ieee-p1363') =>
  createSign(digest)
    .update(content)
    .sign({ key: key.export({ type: 'pkcs8', format: 'pem' }), dsaEncoding } as never)
    .toString('base64url');

type Sign = (content: string) => string;
const bySelf: Sign = (content) => ecSign(ours, content);

/** A token that is right in everything but what is said here. */
function token(header: object = {}, claims: object | string = {}, sign: Sign = bySelf): string {
  const payload = typeof claims === 'string' ? claims : { ...CLAIMS, ...claims };
  const content = `${encode({ ...HEADER, ...header })}.${encode(payload)}`;
  return `${content}.${sign(content)}`;
}
const without = (...names: string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
const hmac =
  (algorithm: string, secret: string | Buffer): Sign =>
  (content) =>
    createHmac(algorithm, secret).update(content).digest('base64url');

async function present(credential: string) {
  const write = vi
    .spyOn(console, 'log')
    .mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  const answer = await request('/v1/me', { headers: { authorization: `Bearer ${credential}` } });
  write.mockRestore();
  const { status, actor, d1Trips, kvReads, limiterHops } = lines.at(-1) as Record<string, unknown>;
  const body = (await answer.json()) as { code?: string; id?: string };
  const challenge = answer.headers.get('www-authenticate');
  return { status, code: body.code, id: body.id, challenge, actor, trips: { d1Trips, kvReads, limiterHops } };
}

const REFUSED = {
  status: 401,
  code: 'auth.invalid_token',
  id: undefined,
  challenge: 'Bearer error="invalid_token"',
  actor: 'anonymous',
  trips: { d1Trips: 0, kvReads: 0, limiterHops: 0 },
};

const flip = (text: string, index: number): string => {
  const at = index < 0 ? text.length + index : index;
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
};

function corpus(): ReadonlyMap<string, string> {
  const good = token();
  const other = token({}, { sub: 'usr_00000000000000000000000000' });
  const [header = '', payload = '', signature = ''] = good.split('.');
  const [, otherPayload = '', otherSignature = ''] = other.split('.');
  const publicJwk = { kty: 'EC', crv: 'P-256', x: signing.x, y: signing.y };
  const publicRaw = Buffer.concat(
    [signing.x, signing.y].map((part) => Buffer.from(part as string, 'base64url')),
  );
  const theirs: Sign = (content) => ecSign(stranger.privateKey, content);
  const withStrangers = { jwk: strangerJwk, kid: 'stranger' };
  const raw = Buffer.from(signature, 'base64url');
  const swapped = Buffer.concat([raw.subarray(32), raw.subarray(0, 32)]).toString('base64url');
  const lastSpelled = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const respelled = `${signature.slice(0, -1)}${lastSpelled[lastSpelled.indexOf(signature.at(-1) as string) + 1]}`;
  const nested =
    (content: string): Sign =>
    () =>
      ecSign(ours, content);

  const bad: [string, string][] = [
    ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg): [string, string][] => [
      [`alg "${alg}" without a signature`, token({ alg }, {}, () => '')],
      [`alg "${alg}" with a signature of ours`, token({ alg })],
    ]),
    [
      'HS256 with the public key as its secret',
      token({ alg: 'HS256' }, {}, hmac('sha256', JSON.stringify(publicJwk))),
    ],
    ['HS256 with the bytes of the public key', token({ alg: 'HS256' }, {}, hmac('sha256', publicRaw))],
    [
      'HS256 with the key set as its secret',
      token({ alg: 'HS256' }, {}, hmac('sha256', JSON.stringify(publicKeys(shared)))),
    ],
    ['HS256 with an empty secret', token({ alg: 'HS256' }, {}, hmac('sha256', ''))],
    ['HS512 with the public key as its secret', token({ alg: 'HS512' }, {}, hmac('sha512', publicRaw))],
    ...['RS256', 'PS256', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'es256', 'ES256 '].map(
      (alg): [string, string] => [`alg ${alg} over a signature of ours`, token({ alg })],
    ),
    ['alg is missing', token({ alg: undefined })],
    ['alg is a list', token({ alg: ['ES256'] })],
    [
      'ES384 by a stranger',
      token({ alg: 'ES384' }, {}, (content) => ecSign(p384.privateKey, content, 'sha384')),
    ],
    [
      'RS256 by a stranger',
      token({ alg: 'RS256' }, {}, (content) =>
        createSign('sha256').update(content).sign(rsa.privateKey, 'base64url'),
      ),
    ],
    ['our kid, a stranger’s signature', token({}, {}, theirs)],
    ['a stranger’s kid and signature', token({ kid: 'stranger' }, {}, theirs)],
    ['kid is missing', token({ kid: undefined })],
    ...[
      '',
      'unknown',
      '../../../../dev/null',
      "x' OR '1'='1",
      'x\u0000',
      '__proto__',
      'constructor',
      `${signing.kid} `,
    ].map((kid): [string, string] => [`kid ${JSON.stringify(kid)}`, token({ kid })]),
    ['kid is a list', token({ kid: [signing.kid] })],
    ['kid is an object', token({ kid: { toString: signing.kid } })],
    ['kid is a number', token({ kid: 0 })],
    ['kid is null', token({ kid: null })],
    ['jwk brings the stranger’s key', token(withStrangers, {}, theirs)],
    ['jwk brings the stranger’s key under our kid', token({ jwk: strangerJwk }, {}, theirs)],
    [
      'jku points to the stranger’s keys',
      token({ kid: 'stranger', jku: 'https://evil.example/jwks.json' }, {}, theirs),
    ],
    [
      'x5u points to the stranger’s certificate',
      token({ kid: 'stranger', x5u: 'https://evil.example/cert.pem' }, {}, theirs),
    ],
    ['x5c brings a certificate', token({ kid: 'stranger', x5c: ['MIIB'] }, {}, theirs)],
    ['crit asks for an extension', token({ crit: ['exp'], exp: now })],
    ['crit asks for one that is not there', token({ crit: ['b64'] })],
    ['crit is empty', token({ crit: [] })],
    ['crit with b64 true', token({ crit: ['b64'], b64: true })],
    ['crit with b64 false', token({ crit: ['b64'], b64: false })],
    ['crit is not a list', token({ crit: 'exp' })],
    ...['JWT', 'rt+jwt', 'at', '', ['at+jwt'], undefined].map((typ): [string, string] => [
      `typ ${JSON.stringify(typ)}`,
      token({ typ }),
    ]),
    ...['https://evil.example', `${shared.origin}/`, '', [shared.origin], null, undefined].map(
      (iss): [string, string] => [`iss ${JSON.stringify(iss)}`, token({}, { iss })],
    ),
    ...['roost', 'roost-api ', '', [], ['another-api'], null, undefined].map((aud): [string, string] => [
      `aud ${JSON.stringify(aud)}`,
      token({}, { aud }),
    ]),
    ...['sub', 'sid', 'host', 'roles', 'mfa', 'auth_time', 'iat', 'exp'].map((name): [string, string] => [
      `${name} is missing`,
      token({}, without(name)),
    ]),
    ...Object.entries({
      sub: [7, null, ['usr_1'], {}],
      sid: [7, null],
      host: ['true', 1, null],
      roles: ['staff', { 0: 'staff' }, null],
      mfa: ['true', 1, null],
      auth_time: [String(now), null],
      iat: [String(now), null],
      exp: [String(now + 900), null, true],
      nbf: [String(now)],
    }).flatMap(([name, values]) =>
      values.map((value): [string, string] => [
        `${name} is ${JSON.stringify(value)}`,
        token({}, { [name]: value }),
      ]),
    ),
    ['expired a second ago', token({}, { iat: now - 800, exp: now - 1 })],
    ['expired now', token({}, { iat: now - 800, exp: now - 0 })],
    ['older than any of ours can be', token({}, { iat: now - 901, exp: now + 900 })],
    ['expired before it was made', token({}, { exp: 0 })],
    ['not valid yet', token({}, { nbf: now + 60 })],
    ['from the future', token({}, { iat: now + 60, exp: now + 900 })],
    ['no claims at all', token({}, '{}')],
    ['claims that are a list', token({}, '[]')],
    ['claims that are not JSON', token({}, 'sub=usr_1')],
    ['a token inside a token', token({ cty: 'JWT' }, good)],
    ['cut by one letter', good.slice(0, -1)],
    ['cut in the middle of the signature', good.slice(0, -40)],
    ['without a signature', `${header}.${payload}`],
    ['with an empty signature', `${header}.${payload}.`],
    ['with an empty payload', `${header}..${signature}`],
    ['with an empty header', `.${payload}.${signature}`],
    ['only dots', '..'],
    ['with a fourth part', `${good}.${signature}`],
    ['with a dot in front', `.${good}`],
    ['in five parts', `${header}.${payload}.${signature}.${payload}.${signature}`],
    ...[0, 10, -1].map((index): [string, string] => [
      `header bit ${index}`,
      `${flip(header, index)}.${payload}.${signature}`,
    ]),
    ...[0, 40, -1].map((index): [string, string] => [
      `payload bit ${index}`,
      `${header}.${flip(payload, index)}.${signature}`,
    ]),
    ...[0, 43, -2].map((index): [string, string] => [
      `signature bit ${index}`,
      `${header}.${payload}.${flip(signature, index)}`,
    ]),
    ['the signature of another token', `${header}.${payload}.${otherSignature}`],
    ['the payload of another token', `${header}.${otherPayload}.${signature}`],
    ['the header padded', `${header}=.${payload}.${signature}`],
    ['the payload padded', `${header}.${payload}=.${signature}`],
    ['the signature padded', `${header}.${payload}.${signature}==`],
    ['the signature half padded', `${header}.${payload}.${signature}=`],
    ['the signature spelled in another way', `${header}.${payload}.${respelled}`],
    ['the signature in the other alphabet', `${header}.${payload}.${raw.toString('base64')}`],
    [
      'the header spelled with spaces in its JSON',
      `${encode(JSON.stringify(HEADER, null, 1))}.${payload}.${signature}`,
    ],
    ['the signature in percent signs', `${header}.${payload}.${signature.replace(/.$/, '%$&')}`],
    ['a DER signature', token({}, {}, (content) => ecSign(ours, content, 'sha256', 'der'))],
    ['halves of the signature swapped', `${header}.${payload}.${swapped}`],
    ['a signature of zeros', `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`],
    ['a signature over something else', token({}, {}, nested('something else'))],
    ['all in small letters', good.toLowerCase()],
    ['a refresh token', member.refreshToken],
    ['a token between password and code', issueChallenge(keyring, 'mfa', member.id, Date.now()).token],
    ['a token of a reset link', resetToken(keyring, 'pwr_1')],
    ['an API key that nobody made', `rk_${'A'.repeat(42)}`],
    ['the JSON form of a token', JSON.stringify({ protected: header, payload, signature })],
    ['a very long token', `${header}.${'A'.repeat(8_000)}.${signature}`],
    ['the word null', 'null'],
  ];
  return new Map(bad);
}

test('a token of ours is believed without any trip, and only then is the account read', async () => {
  const answer = await present(token());
  expect(answer).toMatchObject({
    status: 200,
    id: member.id,
    actor: 'session',
    trips: { d1Trips: 1, kvReads: 0 },
  });
  expect((await present(token({}, { nbf: now - 1, jti: 'x' }))).status).toBe(200);
});

test('no token that is not exactly one of ours is believed, and none of them costs or leaves anything', async () => {
  const before = await everything();
  const tokens = corpus();
  expect(tokens.size).toBeGreaterThanOrEqual(120);
  const believed: [string, unknown][] = [];
  for (const [what, bad] of tokens) {
    const answer = await present(bad);
    if (JSON.stringify(answer) !== JSON.stringify(REFUSED)) believed.push([what, answer]);
  }
  expect(believed).toEqual([]);
  expect(await everything()).toEqual(before);
});

test('a token lives for 15 minutes by our clock', async () => {
  const start = systemClock.now();
  const signed = await signAccessToken(shared, member.actor, { now: () => start });
  const at = (ms: number) => verifyAccessToken(shared, signed, { now: () => start + ms });
  expect(await at(0)).toEqual({
    ...member.actor,
    authenticatedAt: Math.floor(member.actor.authenticatedAt / SECOND) * SECOND,
  });
  expect(await at(898 * SECOND)).not.toBeNull();
  expect(await at(900 * SECOND)).toBeNull();
  expect(await at(-2 * SECOND)).toBeNull();
});

test('while keys change two live at once: tokens of the former one are good, those of an older one are not', async () => {
  const first = settings();
  const second = settings({ AUTH_KEYS: await rotateAuthKeys(JSON.stringify(first.authKeys)) });
  const third = settings({ AUTH_KEYS: await rotateAuthKeys(JSON.stringify(second.authKeys)) });
  const signWith = (set: typeof first) => signAccessToken(set, member.actor, systemClock);
  const [byFirst, bySecond, byThird] = [await signWith(first), await signWith(second), await signWith(third)];
  const verdicts = async (signed: string) =>
    Promise.all(
      [first, second, third].map(async (set) => (await verifyAccessToken(set, signed, systemClock)) !== null),
    );

  expect(await verdicts(byFirst)).toEqual([true, true, false]);
  expect(await verdicts(bySecond)).toEqual([false, true, true]);
  expect(await verdicts(byThird)).toEqual([false, false, true]);

  const [header = '', payload = '', signature = ''] = bySecond.split('.');
  const [former] = first.authKeys as readonly [SigningKey];
  const underFormer = encode({ ...JSON.parse(Buffer.from(header, 'base64url').toString()), kid: former.kid });
  expect(await verifyAccessToken(second, `${underFormer}.${payload}.${signature}`, systemClock)).toBeNull();
});

test('the published keys are the living ones, for everybody to keep for a while, and nothing private', async () => {
  const rotated = await rotateAuthKeys(JSON.stringify(shared.authKeys));
  const answer = await request('/.well-known/jwks.json', { bindings: { AUTH_KEYS: rotated } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
  const keys = JSON.parse(rotated) as SigningKey[];
  expect(await answer.json()).toEqual({
    keys: keys.map(({ kid, x, y }) => ({ kty: 'EC', crv: 'P-256', kid, x, y, use: 'sig', alg: 'ES256' })),
  });
  expect(keys).toHaveLength(2);

  const known = await request('/.well-known/jwks.json', {
    headers: { 'if-none-match': answer.headers.get('etag') as string },
    bindings: { AUTH_KEYS: rotated },
  });
  expect(known.status).toBe(304);
});
