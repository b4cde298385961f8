import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare';
import { afterAll, expect, test } from 'vitest';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { buildAssets, buildWorkers, readModules } from '../scripts/build.ts';
import { API_CONFIG, ASSETS } from '../scripts/places.ts';
import { generateSecrets } from '../scripts/secrets.ts';

const WEAK = 'bXktZG9nLWF0ZS00Ny1RdWljay1icm93bi1mb3hlcyE';
const REQUESTS = [
  'GET /',
  'GET /healthz',
  'GET /readyz',
  'GET /docs',
  'GET /docs/reference.js',
  'GET /problems',
  'GET /openapi.json',
  'GET /.well-known/jwks.json',
  'POST /v1/auth/login',
  'GET /v1/me',
  'OPTIONS /v1/me',
  'GET /sandbox',
  'POST /graphql',
  'DELETE /nowhere',
];

const [build] = await Promise.all([buildWorkers(), buildAssets()]);
const secrets = {
  ...(await generateSecrets()),
  TURNSTILE_SECRET: '0x4AAAAAAADnPIDROrmt1Wwj9fKq2ZbL7cE',
  STRIPE_SECRET_KEY: 'sk_live_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
  STRIPE_PUBLISHABLE_KEY: 'pk_live_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
  STRIPE_WEBHOOK_SECRETS: 'whsec_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4',
};
const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

test('production on a weak secret serves nothing, and says which secret it is but not what it was', async () => {
  const production = await start({ ...secrets, MASTER_SECRET: WEAK });
  for (const line of REQUESTS) {
    const response = await production.send(line);
    expect(response.status, line).toBe(503);
    expect(response.headers.get('content-type'), line).toBe('application/problem+json');
    expect(response.headers.get('cache-control'), line).toBe('no-store');
    expectSecurityHeaders(response, line);

    const text = await response.text();
    expect(JSON.parse(text), line).toMatchObject({
      type: '/problems#service.misconfigured',
      code: 'service.misconfigured',
      detail: 'MASTER_SECRET is not random',
    });
    expect(text, line).not.toContain(WEAK);
  }
  expect(production.logs.join()).toContain('service.misconfigured');
  expect(production.logs.join()).not.toContain(WEAK);
});

test('production on a weak secret consumes no message and runs no job', async () => {
  const production = await start({ ...secrets, MASTER_SECRET: WEAK });
  const worker = await production.worker();
  expect((await worker.scheduled({ cron: '* * * * *' })).outcome).toBe('exception');

  const message = { id: 'm1', timestamp: new Date(), body: { kind: 'anything' }, attempts: 1 };
  const result = await worker.queue('roost-production-mail', [message]);
  expect(result).toMatchObject({ outcome: 'exception', ackAll: false, explicitAcks: [] });
});

test('production on real secrets serves, and has no sandbox', async () => {
  const production = await start(secrets);
  expect((await production.send('GET /healthz')).status).toBe(200);
  expect((await production.send('GET /docs')).status).toBe(200);
  for (const line of ['GET /sandbox', 'GET /sandbox/mail', 'POST /sandbox/clock']) {
    const response = await production.send(line);
    expect(response.status, line).toBe(404);
    expectSecurityHeaders(response, line);
    expect(await response.json(), line).toMatchObject({ code: 'request.not_found' });
  }
});

/** The built Worker as the environment `production` configures it, which has no sandbox beside it. */
async function start(bindings: Readonly<Record<string, string>>) {
  const storage = mkdtempSync(join(tmpdir(), 'roost-production-'));
  const config = unstable_readConfig({ config: API_CONFIG, env: 'production' }, { hideWarnings: true });
  const options = { overrides: { assets: { directory: ASSETS } } };
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config, 'production', options);
  const logs: string[] = [];
  const worker = {
    ...workerOptions,
    name: 'roost',
    ...readModules(build.api),
    bindings: { ...config.vars, ...bindings },
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [worker as V4WorkerOptions],
      cf: false,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) => void logs.push(message),
      resourcePersistencePath: storage,
    }),
  );
  stops.push(async () => {
    await miniflare.dispose();
    rmSync(storage, { recursive: true, force: true });
  });
  await miniflare.ready;
  return {
    logs,
    worker: () => miniflare.getWorker('roost'),
    send: (line: string) => {
      const [method = '', path = ''] = line.split(' ');
      return miniflare.dispatchFetch(`https://api.roost.example${path}`, { method, redirect: 'manual' });
    },
  };
}

function expectSecurityHeaders(
  response: { headers: { get(name: string): string | null } },
  line: string,
): void {
  expect(response.headers.get('strict-transport-security'), line).toContain('max-age=');
  expect(response.headers.get('content-security-policy'), line).toContain("frame-ancestors 'none'");
  expect(response.headers.get('x-content-type-options'), line).toBe('nosniff');
  expect(response.headers.get('referrer-policy'), line).toBe('no-referrer');
}
