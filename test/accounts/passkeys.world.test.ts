import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashPassword } from '../../src/accounts/password.ts';
import { startWorld, type World } from '../world.ts';
import { Authenticator, CERTIFIED, type Lies, ORIGIN } from './authenticator.ts';

/** The Worker as it is deployed lacks what judges certificates, and has to do without. */
const EMAIL = 'ada@example.com';
const PASSWORD = 'violet-tram-4711';

let world: World;
let accessToken: string;

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${world.url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse((await answer.text()) || 'null') };
}

async function add(phone: Authenticator, lies: Lies) {
  const { body } = await ask('POST', '/v1/auth/passkeys/options');
  const credential = phone.create(body.options.challenge, lies);
  return ask('POST', '/v1/auth/passkeys', { challengeToken: body.challengeToken, credential });
}

async function enter(phone: Authenticator, lies: Lies = {}) {
  const { body } = await ask('POST', '/v1/auth/passkeys/login/options');
  const credential = phone.get(body.options.challenge, lies);
  return ask('POST', '/v1/auth/passkeys/login', { challengeToken: body.challengeToken, credential });
}

const passkeys = async () => (await ask('GET', '/v1/auth/passkeys')).body.data as unknown[];

beforeAll(async () => {
  world = await startWorld({ vars: { PASSWORD_COST: '8', ORIGIN: 'http://localhost:8787' } });
  const database = await world.database();
  await database
    .prepare(
      `INSERT INTO account (id, email, name, password_hash, created_at, updated_at)
       VALUES ('usr_00000000000000000000000001', ?1, 'Ada', ?2, 0, 0)`,
    )
    .bind(EMAIL, hashPassword(PASSWORD, 8))
    .run();
  const login = await ask('POST', '/v1/auth/login', { email: EMAIL, password: PASSWORD });
  expect(login).toMatchObject({ status: 200 });
  accessToken = login.body.accessToken;
});
afterAll(() => world?.stop());

test('a passkey that nobody vouches for, or that signs for itself, is added and logs in', async () => {
  for (const lies of [{}, { attestation: { fmt: 'packed', certified: false } }]) {
    const phone = new Authenticator();
    expect(await add(phone, { ...lies, origin: ORIGIN })).toMatchObject({ status: 201 });
    expect(await enter(phone)).toMatchObject({ status: 200 });
    const thief = new Authenticator(phone.credentialId);
    expect(await enter(phone, { signWith: thief })).toMatchObject({
      status: 422,
      body: { code: 'passkeys.refused' },
    });
  }
});

test('a passkey that a certificate vouches for is refused, and nothing is stored', async () => {
  const before = await passkeys();
  for (const fmt of CERTIFIED) {
    const answer = await add(new Authenticator(), { attestation: { fmt, certified: true } });
    expect(answer, fmt).toMatchObject({ status: 422, body: { code: 'passkeys.refused' } });
  }
  expect(await passkeys()).toEqual(before);
});
