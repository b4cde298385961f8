import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMON_PASSWORDS_FILE } from '../../src/accounts/common-passwords.ts';
import { hashPassword } from '../../src/accounts/password.ts';
import { TIME_ZONES_FILE } from '../../src/properties/time-zones.ts';
import { startWorld, type World } from '../world.ts';

/** The Worker as it is deployed, with its files beside it. */
const EMAIL = 'ada@example.com';
const PASSWORD = 'violet-tram-4711';

let world: World;

async function post(path: string, body: unknown, accessToken?: string) {
  const answer = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken ? { authorization: `Bearer ${accessToken}` } : {}),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

beforeAll(async () => {
  world = await startWorld({ vars: { PASSWORD_COST: '8' } });
  const database = await world.database();
  await database
    .prepare(
      `INSERT INTO account (id, email, name, is_host, password_hash, created_at, updated_at)
       VALUES ('usr_00000000000000000000000001', ?1, 'Ada', 1, ?2, 0, 0)`,
    )
    .bind(EMAIL, hashPassword(PASSWORD, 8))
    .run();
});
afterAll(() => world?.stop());

test('a place gets the time zone of where it lies', async () => {
  const login = await post('/v1/auth/login', { email: EMAIL, password: PASSWORD });
  const { accessToken } = login.body as { accessToken: string };
  const zones = [
    [{ lat: -0.7667, lng: 36.4333 }, 'Africa/Nairobi'],
    [{ lat: -21.13, lng: -175.2 }, 'Pacific/Tongatapu'],
  ] as const;
  for (const [location, timeZone] of zones) {
    const created = await post('/v1/properties', { title: 'A cottage', location }, accessToken);
    expect(created).toMatchObject({ status: 201, body: { timeZone } });
  }
});

test('no address leads to the files that only the Worker reads', async () => {
  const paths = [TIME_ZONES_FILE, COMMON_PASSWORDS_FILE].flatMap((file) => [
    file,
    `docs/..%2f${file}`,
    `docs//../${file}`,
  ]);
  for (const path of paths) {
    const answer = await fetch(`${world.url}/${path}`);
    expect(answer.status, path).toBe(404);
    expect(await answer.text()).not.toMatch(/Pacific\/Tongatapu|qwertyuiop/);
  }
});
