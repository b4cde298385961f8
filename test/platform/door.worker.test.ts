import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { everything, request } from '../worker/ground.ts';

test('every answer carries the security headers, a request id and no leave to be stored', async () => {
  for (const path of ['/healthz', '/v1/me', '/nothing-here', '/v1/auth/login']) {
    const { headers } = await request(path);
    expect(headers.get('strict-transport-security')).toMatch(/max-age=63072000/);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^req_/);
  }
});

test('a request id that the client chose comes back, and a strange one does not', async () => {
  const ask = async (id: string) => (await request('/healthz', { headers: { 'x-request-id': id } })).headers;
  expect((await ask('client-1234')).get('x-request-id')).toBe('client-1234');
  expect((await ask('short')).get('x-request-id')).toMatch(/^req_/);
  expect((await ask('with space and more')).get('x-request-id')).toMatch(/^req_/);
});

test('only the configured origins may read answers in a browser', async () => {
  const ask = async (origin: string, method = 'GET') => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    return (await request('/v1/me', { method, headers })).headers;
  };
  expect((await ask('http://localhost:3000')).get('access-control-allow-origin')).toBe(
    'http://localhost:3000',
  );
  expect((await ask('https://evil.example')).get('access-control-allow-origin')).toBeNull();
  expect((await ask('http://localhost:3000.evil.example')).get('access-control-allow-origin')).toBeNull();
  const preflight = await ask('http://localhost:3000', 'OPTIONS');
  expect(preflight.get('access-control-allow-methods')).toContain('PATCH');
  expect(preflight.get('access-control-allow-headers')).toContain('idempotency-key');
  expect(preflight.get('access-control-allow-credentials')).toBeNull();
});

test('an address that exists under another method says so, and one that does not says that', async () => {
  const wrongMethod = await request('/v1/auth/login');
  expect(wrongMethod.status).toBe(405);
  expect(await wrongMethod.json()).toMatchObject({ code: 'request.method_not_allowed' });
  const nowhere = await request('/v1/nowhere');
  expect(nowhere.status).toBe(404);
  expect(await nowhere.json()).toMatchObject({
    code: 'request.not_found',
    type: '/problems#request.not_found',
  });
});

test('the shield says what is left, refuses with a time to come back, and nothing is done', async () => {
  const body = { email: 'ada@example.com', password: 'tr0ub4dor&33', name: 'Ada' };
  const before = await everything();
  const open = await request('/v1/users/usr_00000000000000000000000000');
  expect(open.headers.get('ratelimit-policy')).toBe('"default";q=60000;w=60');
  expect(open.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);

  const closed = { AUTH_RATE_LIMITER: { limit: async () => ({ success: false }) } };
  const refused = await request('/v1/auth/register', { method: 'POST', json: body, bindings: closed });
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 'request.rate_limited' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await everything()).toEqual(before);
});

test('a dependency that is down makes the service not ready, and names it', async () => {
  const ready = await request('/readyz');
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({
    status: 'ready',
    dependencies: {
      database: 'ok',
      search: 'ok',
      kv: 'ok',
      pictures: 'ok',
      archive: 'ok',
      limiters: 'ok',
      balances: 'ok',
      books: 'ok',
    },
  });
  const down = { KV: { get: () => Promise.reject(new Error('down')) } };
  const degraded = await request('/readyz', { bindings: down });
  expect(degraded.status).toBe(503);
  expect(await degraded.json()).toMatchObject({
    status: 'degraded',
    dependencies: { kv: 'down', database: 'ok' },
  });
});

test('D1 being down is a 503 that may be tried again, and says nothing about why', async () => {
  const broken = {
    prepare: env.DB.prepare.bind(env.DB),
    batch: () => Promise.reject(new Error('D1_ERROR: secret detail')),
  };
  const answer = await request('/v1/auth/forgot-password', {
    method: 'POST',
    json: { email: 'ada@example.com' },
    bindings: { DB: broken },
  });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ code: 'service.unavailable' });
  expect(text).not.toContain('secret detail');
});

test('a bug is a 500 that tells the client nothing but the id to ask about', async () => {
  const json = { email: 'ada@example.com' };
  const bindings = {
    LIMITERS: { getByName: () => ({ take: () => Promise.reject(new TypeError('inner detail')) }) },
  };
  const answer = await request('/v1/auth/forgot-password', { method: 'POST', json, bindings });
  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({
    code: 'service.failed',
    requestId: answer.headers.get('x-request-id'),
  });
  expect(text).not.toContain('inner detail');
});
