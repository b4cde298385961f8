import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const CONTENTS = ['v3', 'registry', 'migrated.json', 'demo.json'];
const START_PATIENCE_MS = 60_000;

export async function refuseTakenPort(port: number): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error('--port is a number from 1 to 65535.');
  if (await isFree(port)) return;
  const other = `npm run dev -- --port ${port + 1} --state .wrangler/state-${port + 1}`;
  throw new Error(`Port ${port} is taken, perhaps by another npm run dev. Beside it can run: ${other}`);
}

/** Two servers on one state would each hold it for theirs, so the second is refused before it touches anything. */
export async function claimState(state: string, port: number): Promise<void> {
  const file = join(state, 'owner.json');
  if (existsSync(file)) {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; port: number; at: number };
    // A process that crashed leaves the file behind, and its number may be another's by now.
    const starting = Date.now() - owner.at < START_PATIENCE_MS;
    if (isRunning(owner.pid) && (starting || !(await isFree(owner.port)))) {
      throw new Error(
        `${state} is in use by process ${owner.pid} on port ${owner.port}. Choose another with --state.`,
      );
    }
  }
  mkdirSync(state, { recursive: true });
  writeFileSync(file, JSON.stringify({ pid: process.pid, port, at: Date.now() }));
  process.once('exit', () => rmSync(file, { force: true }));
}

/** Takes away what is ours by name: --state may point anywhere. */
export function emptyState(state: string): void {
  for (const name of CONTENTS) rmSync(join(state, name), { recursive: true, force: true });
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
