import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { API_CONFIG, ROOT, SANDBOX_CONFIG, WRANGLER } from './places.ts';
import { WRANGLER_ENV } from './run-wrangler.ts';

const READY_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 5_000;
const LIFELINE = pathToFileURL(join(import.meta.dirname, 'lifeline.ts')).href;

export type Server = {
  /** Settles when /readyz answers 200. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  /** What it printed and nobody has seen yet. */
  unseen(): string;
  stop(): Promise<void>;
};

type Options = { url: string; port: number; state: string; verbose: boolean };

/** `wrangler dev` with both Workers, in a process group of its own that ends as a whole. */
export function startServer({ url, port, state, verbose }: Options): Server {
  const args = [
    ...['dev', '-c', API_CONFIG, '-c', SANDBOX_CONFIG, '--ip', '127.0.0.1', '--port', String(port)],
    ...['--persist-to', state, '--var', `ORIGIN:${url}`, '--inspector-port', '0'],
    ...['--show-interactive-dev-session=false', '--log-level', verbose ? 'log' : 'warn'],
  ];
  const child = spawn(process.execPath, ['--no-warnings', '--import', LIFELINE, WRANGLER, ...args], {
    cwd: ROOT,
    // Two instances with the same Worker names would otherwise find each other.
    env: { ...WRANGLER_ENV, WRANGLER_REGISTRY_PATH: join(state, 'registry') },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const output = capture(child, verbose);
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));

  return {
    ready: waitUntilReady(`${url}/readyz`).then(output.discard),
    ended: exited,
    unseen: output.unseen,
    async stop() {
      signalGroup(child, 'SIGTERM');
      await Promise.race([exited, sleep(STOP_PATIENCE_MS, undefined, { ref: false })]);
      signalGroup(child, 'SIGKILL');
    },
  };
}

/** Held back until the server is ready or has met a problem; from then on everything shows as it comes. */
function capture(child: ChildProcess, verbose: boolean) {
  let shown = verbose;
  let held = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      held += text;
      shown ||= text.includes('ERROR');
      if (!shown) return;
      process.stderr.write(held);
      held = '';
    });
  }
  return {
    unseen: () => held,
    discard: () => {
      shown = true;
      held = '';
    },
  };
}

async function waitUntilReady(url: string): Promise<void> {
  let last = 'no answer';
  for (const deadline = Date.now() + READY_PATIENCE_MS; Date.now() < deadline; await sleep(50)) {
    try {
      const response = await fetch(url);
      const text = await response.text();
      if (response.ok) return;
      last = `${response.status} ${text}`;
    } catch {
      // Not listening yet.
    }
  }
  throw new Error(`${url} was not ready within ${READY_PATIENCE_MS / 1000} s: ${last}`);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
