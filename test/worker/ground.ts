import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createApp } from '../../src/app.ts';
import { type Context, createContext } from '../../src/context.ts';
import { parseSettings, type Settings } from '../../src/env.ts';
import type { Actor } from '../../src/kernel/actor.ts';

/** A moving clock for verbs that are called directly. */
export function testClock(startMs = Date.UTC(2027, 0, 15, 12)) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

export const settings = (overrides: Record<string, string> = {}): Settings =>
  parseSettings({ ...env, ...overrides } as Record<string, unknown>);

const lines: string[] = [];
export type TestContext = Context & { settle(): Promise<void> };

/** What a verb gets, over the real bindings; `settle` waits for the work that was deferred. */
export function testContext(
  options: {
    actor?: Actor;
    clock?: { now(): number };
    settings?: Settings;
    ip?: string;
    bindings?: Partial<Cloudflare.Env>;
  } = {},
): TestContext {
  const execution = createExecutionContext();
  const log = {
    info: () => {},
    warn: (event: string) => lines.push(event),
    error: (event: string) => lines.push(event),
  };
  const ctx = createContext(
    { ...env, ...options.bindings },
    options.settings ?? settings(),
    options.clock ?? testClock(),
    execution,
    {
      actor: options.actor ?? { kind: 'anonymous' },
      client: { ip: options.ip ?? '192.0.2.1', userAgent: 'test' },
      log,
    },
  );
  return { ...ctx, settle: () => waitOnExecutionContext(execution) };
}

const app = createApp();

/** One request through the front door; `bindings` replaces settings or bindings for this request. */
export async function request(
  path: string,
  init: RequestInit & { json?: unknown; bindings?: Record<string, unknown> } = {},
): Promise<Response> {
  const { json, bindings, ...rest } = init;
  const headers = new Headers(rest.headers);
  if (json !== undefined) headers.set('content-type', 'application/json');
  const body = json === undefined ? rest.body : JSON.stringify(json);
  const execution = createExecutionContext();
  const response = await app.fetch(
    new Request(`http://localhost:8787${path}`, {
      ...rest,
      headers,
      ...(body === undefined || body === null ? {} : { body }),
    }),
    bindings ? { ...env, ...bindings } : env,
    execution,
  );
  await waitOnExecutionContext(execution);
  return response;
}

/** Every row of every table, to show that a refusal wrote nothing. */
export async function everything(): Promise<Record<string, unknown[]>> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'
       AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'd1_migrations' ORDER BY name`,
  ).all<{ name: string }>();
  const tables = await env.DB.batch(results.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name}`)));
  return Object.fromEntries(results.map(({ name }, index) => [name, tables[index]?.results ?? []]));
}

/** The same with all that the books of these properties hold, and the names of all pictures. */
export async function everythingAround(propertyIds: readonly string[]) {
  const [tables, files, ...books] = await Promise.all([
    everything(),
    env.PICTURES.list(),
    ...propertyIds.map((id) =>
      runInDurableObject(env.BOOKS.getByName(id), (_, { storage }) => read(storage)),
    ),
  ]);
  return { tables, files: files.objects.map(({ key }) => key), books };
}

function read({ sql }: DurableObjectStorage): Record<string, unknown[]> {
  const names = sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    )
    .toArray();
  return Object.fromEntries(names.map(({ name }) => [name, sql.exec(`SELECT * FROM ${name}`).toArray()]));
}
