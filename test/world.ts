import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { type Build, buildStorage, buildWorkers, readModules } from '../scripts/build.ts';
import { migrate } from '../scripts/migrate.ts';
import { API_CONFIG, ASSETS, SANDBOX_CONFIG } from '../scripts/places.ts';
import { generateSecrets } from '../scripts/secrets.ts';

// Reading the configuration would otherwise be announced.
process.env.WRANGLER_LOG ??= 'warn';
const MAIL_PATIENCE_MS = 5_000;
/** Where there is a disk in memory, a world that nobody starts again waits for no other. */
const MEMORY = '/dev/shm';
const OWN_STORAGE = join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'roost-world-');
/** Looked for once in a process, for all the worlds that start in it. */
let built: Promise<Build> | null = null;
let untouched: Promise<string> | null = null;

export type WorldOptions = {
  /** Settings and secrets that differ from development's. */
  vars?: Readonly<Record<string, string>>;
  /** A folder to keep the storage in, for a world that is stopped and started again. */
  storage?: string;
  port?: number;
};

export type Mail = {
  id: string;
  to: string;
  subject: string;
  text: string;
  code?: string;
  links: string[];
  sentAt: string;
};

export type World = {
  readonly url: string;
  /** Every mail that has arrived by now, newest first. */
  mail(to?: string): Promise<Mail[]>;
  /** The newest mail to this address that this function has not given before; waits for it to arrive. */
  nextMail(to: string): Promise<Mail>;
  /** Moves the clock forward by an ISO 8601 duration, and tells what time it is then. */
  clock(advance: string): Promise<Date>;
  /** What the Workers have logged so far. */
  logs(): readonly string[];
  /** A database behind the API, for what would take too long to bring about from outside. */
  database(binding?: 'DB' | 'SEARCH_DB'): Promise<D1Database>;
  /** Runs a cron trigger of the API Worker. */
  cron(expression: string): Promise<void>;
  stop(): Promise<void>;
};

/** The built Workers of Roost and of its outside world: own storage, own port, own secrets. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const [build, secrets, port, storage] = await Promise.all([
    (built ??= buildWorkers()),
    generateSecrets(),
    options.port ?? findFreePort(),
    options.storage ?? newStorage(),
  ]);
  const url = `http://127.0.0.1:${port}`;
  const logs: string[] = [];
  const vars = { ORIGIN: url, ...secrets, ...options.vars };

  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: toWorkers(build, vars, port),
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => void logs.push(message),
      resourcePersistencePath: storage,
    }),
  );
  const stop = async () => {
    await miniflare.dispose();
    if (!options.storage) rmSync(storage, { recursive: true, force: true });
  };
  try {
    await miniflare.ready;
    await migrate(miniflare, 'roost');
  } catch (error) {
    await stop();
    throw error;
  }

  const given = new Set<string>();
  const mail = async (to?: string) => {
    const response = await fetch(`${url}/sandbox/mail${to ? `?to=${encodeURIComponent(to)}` : ''}`);
    return ((await response.json()) as { data: Mail[] }).data;
  };
  return {
    url,
    mail,
    logs: () => logs,
    stop,
    async nextMail(to) {
      for (const deadline = performance.now() + MAIL_PATIENCE_MS; performance.now() < deadline; ) {
        const fresh = (await mail(to)).find(({ id }) => !given.has(id));
        if (fresh) {
          given.add(fresh.id);
          return fresh;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`No mail to ${to} within ${MAIL_PATIENCE_MS} ms`);
    },
    async clock(advance) {
      const response = await fetch(`${url}/sandbox/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advance }),
      });
      if (!response.ok) throw new Error(`The clock refused: ${await response.text()}`);
      return new Date(((await response.json()) as { now: string }).now);
    },
    database: async (binding = 'DB') =>
      (await miniflare.getD1Database(binding, 'roost')) as unknown as D1Database,
    async cron(expression) {
      const worker = await miniflare.getWorker('roost');
      const { outcome } = await worker.scheduled({ cron: expression });
      if (outcome !== 'ok') throw new Error(`The job ${expression} ended with ${outcome}`);
    },
  };
}

/** With the tables in it, and nobody has been there. */
async function newStorage(): Promise<string> {
  const storage = mkdtempSync(OWN_STORAGE);
  cpSync(await (untouched ??= buildStorage()), storage, { recursive: true });
  return storage;
}

function toWorkers(build: Build, vars: Readonly<Record<string, string>>, port: number): V4WorkerOptions[] {
  const config = unstable_readConfig({ config: API_CONFIG }, { hideWarnings: true });
  const overrides = { assets: { directory: ASSETS } };
  const api = unstable_getMiniflareWorkerOptions(API_CONFIG, undefined, { overrides }).workerOptions;
  return [
    {
      ...api,
      name: 'roost',
      ...readModules(build.api),
      // What a .dev.vars of this machine holds stays out of the world.
      bindings: { ...(config.vars as Record<string, string>), ...vars },
      unsafeDirectSockets: [{ host: '127.0.0.1', port }],
    },
    sandboxWorker(build, 'roost'),
  ] as V4WorkerOptions[];
}

/** The sandbox as it is built, to stand beside whatever is under test, and to tell it what it has to tell. */
export function sandboxWorker(build: Build, api: string): V4WorkerOptions {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(SANDBOX_CONFIG);
  const own = { ...readModules(build.sandbox), bindings: {}, serviceBindings: { API: api } };
  return { ...workerOptions, name: 'roost-sandbox', ...own } as V4WorkerOptions;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port is free');
  return address.port;
}
