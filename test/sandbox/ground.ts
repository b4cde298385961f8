import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  convertV4MiniflareOptions,
  Miniflare,
  type Request as MiniflareRequest,
  Response as MiniflareResponse,
} from 'miniflare';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { buildWorkers, readModules } from '../../scripts/build.ts';

export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** What the sandbox has sent to Roost, in whose place the test stands. */
export type Received = { path: string; headers: Headers; body: string; at: number };
export type Place = {
  call: Call;
  restart(): Promise<void>;
  url(path: string): string;
  readonly received: Received[];
  /** What Roost answers from now on; 200 at the beginning of each test. */
  answerWith(status: number): void;
};

const JSON_TYPE = { 'content-type': 'application/json' };

/** The built sandbox Worker alone, emptied before each test. */
export function openSandbox(): Place {
  const received: Received[] = [];
  let status = 200;
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

  const receive = async (request: MiniflareRequest) => {
    const { pathname: path } = new URL(request.url);
    const headers = new Headers([...request.headers] as [string, string][]);
    received.push({ path, headers, body: await request.text(), at: Date.now() });
    return new MiniflareResponse(null, { status });
  };
  const start = async () => {
    const build = await buildWorkers();
    // By hand what wrangler.toml says: to load Wrangler for it takes longer than all the tests of a file.
    const worker = {
      name: 'roost-sandbox',
      compatibilityDate: '2026-11-01',
      ...readModules(build.sandbox),
      durableObjects: { SANDBOX: { className: 'Sandbox', useSQLite: true } },
      serviceBindings: { API: receive },
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
    for (const target of ['mail', 'turnstile', 'stripe', 'mpesa'])
      await call('POST', '/sandbox/faults', { target, mode: 'none' });
    for (const target of ['stripe', 'mpesa'])
      await call('POST', '/sandbox/delivery-faults', { target, mode: 'none' });
    await call('DELETE', '/sandbox/deliveries');
    received.length = 0;
    status = 200;
  });
  afterAll(async () => {
    await miniflare.dispose();
    rmSync(storage, { recursive: true });
  });

  return {
    call,
    restart,
    received,
    url: (path) => new URL(path, origin).href,
    answerWith(next) {
      status = next;
    },
  };
}

/** A fault can cut an answer off in the middle. */
function tryParse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
