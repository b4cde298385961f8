import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { buildWorkers, readModules } from '../../scripts/build.ts';

export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

const JSON_TYPE = { 'content-type': 'application/json' };

/** The built sandbox Worker alone, emptied before each test. */
export function openSandbox(): { call: Call; restart(): Promise<void> } {
  const storage = mkdtempSync(join(tmpdir(), 'roost-sandbox-'));
  let miniflare: Miniflare;
  let origin: URL;

  const call: Call = async (method, path, body, headers = {}) => {
    const isText = typeof body === 'string' || body instanceof URLSearchParams || body instanceof FormData;
    const response = await fetch(new URL(path, origin), {
      method,
      headers: { ...(isText || body === undefined ? {} : JSON_TYPE), ...headers },
      body: body === undefined ? null : isText ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: isJson ? tryParse(text) : {} };
  };

  const start = async () => {
    const build = await buildWorkers();
    // By hand what wrangler.toml says: to load Wrangler for it takes longer than all the tests of a file.
    const worker = {
      name: 'roost-sandbox',
      compatibilityDate: '2026-11-01',
      ...readModules(build.sandbox),
      durableObjects: { SANDBOX: { className: 'Sandbox', useSQLite: true } },
      unsafeDirectSockets: [{ host: '127.0.0.1' }],
    };
    const options = { workers: [worker], cf: false, resourcePersistencePath: storage };
    miniflare = new Miniflare(convertV4MiniflareOptions(options));
    origin = await miniflare.unsafeGetDirectURL('roost-sandbox');
  };
  const restart = async () => {
    await miniflare.dispose();
    await start();
  };

  beforeAll(start);
  beforeEach(async () => {
    await call('DELETE', '/sandbox/mail');
    await call('DELETE', '/sandbox/clock');
    for (const target of ['mail', 'turnstile'])
      await call('POST', '/sandbox/faults', { target, mode: 'none' });
  });
  afterAll(async () => {
    await miniflare.dispose();
    rmSync(storage, { recursive: true });
  });

  return { call, restart };
}

/** A fault can cut an answer off in the middle. */
function tryParse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
