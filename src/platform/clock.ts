import { type Clock, systemClock } from '../kernel/clock.ts';

/**
 * In development the sandbox holds the clock and may move it. The offset is asked for once per isolate and
 * changes with every move, because moves pass through this Worker. Without a sandbox there is no offset.
 */
let offsetMs: number | null = null;

export async function openClock(sandbox: Pick<Fetcher, 'fetch'> | undefined): Promise<Clock> {
  if (!sandbox) return systemClock;
  if (offsetMs === null) {
    const response = await sandbox.fetch('http://sandbox/sandbox/clock');
    offsetMs = ((await response.json()) as { offsetMs: number }).offsetMs;
  }
  return { now: () => Date.now() + (offsetMs ?? 0) };
}

export function moveClock(to: { offsetMs: number }): void {
  offsetMs = to.offsetMs;
}
