import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret, TOTP } from 'otpauth';
import { type Api, connect, expectStatus } from './api.ts';
import { grantStaff } from './grant-staff.ts';

export const DEMO_PASSWORD = 'roost-demo-2026';
const MAIL_PATIENCE_MS = 10_000;

/** What can't be asked for again, kept beside the data that it belongs to. */
export type Demo = { accounts: string[]; totpSecret: string | null };

/** Makes the three accounts the way three people would, through the API and their mail. */
export async function ensureDemoAccounts(url: string, state: string): Promise<Demo> {
  const file = join(state, 'demo.json');
  const demo: Demo = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { accounts: [], totpSecret: null };
  const api = connect(url);
  const make = async (email: string, name: string, prepare: (token: string) => Promise<void>) => {
    if (demo.accounts.includes(email)) return;
    const token = await signUp(api, email, name);
    if (token !== null) await prepare(token);
    demo.accounts.push(email);
  };

  try {
    await Promise.all([
      make('guest@roost.test', 'Demo guest', async () => {}),
      make('host@roost.test', 'Demo host', async (token) => {
        expectStatus(await api('POST', '/v1/me/host', { token, body: {} }), 200);
      }),
      make('staff@roost.test', 'Demo staff', async (token) => {
        demo.totpSecret = await enrolTotp(api, token);
        const granted = await grantStaff('staff@roost.test', ['--local', '--persist-to', state]);
        if (granted === 'no such account') throw new Error('The staff account is not in the database');
      }),
    ]);
  } finally {
    writeFileSync(`${file}.new`, JSON.stringify(demo));
    renameSync(`${file}.new`, file);
  }
  return demo;
}

/** The access token, or null when the account is there and its second factor isn't ours to know. */
async function signUp(api: Api, email: string, name: string): Promise<string | null> {
  const known = new Set((await listMail(api, email)).map(({ id }) => id));
  expectStatus(
    await api('POST', '/v1/auth/register', { body: { email, name, password: DEMO_PASSWORD } }),
    202,
  );
  const { code } = await waitForMail(api, email, known);
  if (code !== undefined) {
    const tokens = expectStatus(await api('POST', '/v1/auth/verify-email', { body: { email, code } }), 200);
    return String(tokens.accessToken);
  }

  const login = await api('POST', '/v1/auth/login', { body: { email, password: DEMO_PASSWORD } });
  if (login.body.code === 'auth.mfa_required') return null;
  return String(expectStatus(login, 200).accessToken);
}

async function enrolTotp(api: Api, token: string): Promise<string> {
  const { secret } = expectStatus(await api('POST', '/v1/auth/totp', { token, body: {} }), 200);
  const clock = expectStatus(await api('GET', '/sandbox/clock'), 200);
  const totp = new TOTP({ secret: Secret.fromBase32(String(secret)) });
  const code = totp.generate({ timestamp: Date.parse(String(clock.now)) });
  expectStatus(await api('POST', '/v1/auth/totp/confirm', { token, body: { code } }), 200);
  return String(secret);
}

type Mail = { id: string; code?: string };

async function listMail(api: Api, to: string): Promise<Mail[]> {
  const answer = await api('GET', `/sandbox/mail?to=${encodeURIComponent(to)}`);
  return expectStatus(answer, 200).data as Mail[];
}

/** A mail without a code says that the address has an account already. */
async function waitForMail(api: Api, to: string, known: ReadonlySet<string>): Promise<Mail> {
  for (const deadline = Date.now() + MAIL_PATIENCE_MS; Date.now() < deadline; await sleep(20)) {
    const mail = (await listMail(api, to)).find(({ id }) => !known.has(id));
    if (mail) return mail;
  }
  throw new Error(`Nothing was mailed to ${to}. Look into /sandbox, or start again with --fresh.`);
}
