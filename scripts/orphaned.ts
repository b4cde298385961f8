import { spawnSync } from 'node:child_process';
import { isRunning } from './claim.ts';

const INIT = 1;
const CHECK_MS = 500;

/**
 * npm, and the shell between, can be killed rather than asked to end, and then nobody passes that on. It may even
 * have happened before this process could look.
 */
export function onOrphaned(end: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const launcher = parent === INIT ? INIT : Number(ask('ppid', parent)) || parent;
  const lostAlready = launcher === INIT && !/npm|yarn|bun/.test(ask('args', INIT));

  const isOrphaned = () => lostAlready || process.ppid !== parent || !isRunning(launcher);
  setInterval(() => isOrphaned() && end(), CHECK_MS).unref();
}

const ask = (field: 'args' | 'ppid', pid: number): string =>
  spawnSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
