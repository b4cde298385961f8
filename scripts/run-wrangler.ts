import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, WRANGLER } from './places.ts';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Wrangler keeps to itself: nothing is sent, and what it notes down stays in the project. */
export const WRANGLER_ENV = {
  ...process.env,
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_LOG_PATH: join(ROOT, '.wrangler/logs'),
  WRANGLER_SEND_METRICS: 'false',
};

/** What it printed; rejects with what it complained about. It doesn't outlive this process. */
export async function runWrangler(...args: string[]): Promise<string> {
  const options = { cwd: ROOT, env: WRANGLER_ENV, maxBuffer: MAX_OUTPUT_BYTES };
  const running = promisify(execFile)(process.execPath, [WRANGLER, ...args], options);
  const end = () => running.child.kill();
  process.once('exit', end);
  try {
    return (await running).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`wrangler ${args.slice(0, 3).join(' ')} failed:\n${stdout}${stderr}`.trim(), {
      cause: error,
    });
  } finally {
    process.off('exit', end);
  }
}
