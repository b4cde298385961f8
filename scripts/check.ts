// npm run check: everything that can be said about the code without running it. One line per step.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssets } from './build.ts';
import { ROOT } from './places.ts';
import { runWrangler } from './run-wrangler.ts';
import { startupMs } from './startup.ts';

const MAX_BUNDLE_KIB = 300;
const MAX_STARTUP_MS = 150;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const ENVIRONMENTS = ['development', 'staging', 'production'];

/** Resolves to what is worth a word behind the name of the step; rejects with what is wrong. */
type Step = readonly [name: string, run: () => Promise<string>];

const workshop = mkdtempSync(join(tmpdir(), 'roost-check-'));
process.once('exit', () => rmSync(workshop, { recursive: true, force: true }));

/** The long ones first, so that none is left over at the end. */
const TOGETHER: readonly Step[] = [
  ['types of scripts and tests', () => types('test')],
  ['types of the Worker', () => types('.')],
  ['generated files', () => tool('node', 'scripts/generate.ts', '--check')],
  ...ENVIRONMENTS.map((name): Step => [`build for ${name}`, () => build(name)]),
  ['types of the sandbox', () => types('sandbox')],
  ['unused code', () => tool('knip', '--no-progress')],
  ['architecture', () => tool('depcruise', 'src', 'sandbox/src', 'scripts')],
  ['format and lint', () => tool('biome', 'check', '--error-on-warnings', '.')],
];
/** One after the other, because they are timed. */
const ALONE: readonly Step[] = ENVIRONMENTS.map((name) => [`start for ${name}`, () => start(name)]);

const startedAt = performance.now();
await buildAssets();
const failed = (await runAll(TOGETHER, availableParallelism())) + (await runAll(ALONE, 1));
console.log(`${failed === 0 ? 'All is well' : `${failed} failed`} (${secondsSince(startedAt)} s)`);
process.exitCode = failed === 0 ? 0 : 1;

async function runAll(steps: readonly Step[], atOnce: number): Promise<number> {
  const waiting = [...steps];
  let failed = 0;
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      if (!(await report(step))) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failed;
}

async function report([name, run]: Step): Promise<boolean> {
  const startedAt = performance.now();
  const line = (mark: string, words: string) =>
    `${mark} ${name.padEnd(28)}${secondsSince(startedAt).padStart(5)} s  ${words}`.trimEnd();
  try {
    const words = await run();
    console.log(line('✓', words));
    return true;
  } catch (error) {
    console.error(`${line('✗', '')}\n\n${(error as Error).message.trim()}\n`);
    return false;
  }
}

/** What the compiler found out the last time is kept, so that it only looks at what has changed since. */
function types(project: string): Promise<string> {
  const known = join('dist/types', project, 'known.json');
  return tool('tsc', '-p', project, '--incremental', '--tsBuildInfoFile', known);
}

function tool(name: string, ...args: string[]): Promise<string> {
  const command = name === 'node' ? args : [join(ROOT, 'node_modules/.bin', name), ...args];
  return new Promise((resolve, reject) => {
    const options = { cwd: ROOT, maxBuffer: MAX_OUTPUT_BYTES };
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stdout}${stderr}`.trim() || error.message));
      else resolve('');
    });
  });
}

/** What would be deployed, which has to be small. */
async function build(name: string): Promise<string> {
  const environment = name === 'development' ? '' : name;
  const output = await runWrangler('deploy', '--dry-run', '--env', environment, '--outfile', bundleOf(name));
  const kib = Math.ceil(Number(/gzip: ([\d.]+) KiB/.exec(output)?.[1]));
  return within(kib, MAX_BUNDLE_KIB, 'KiB');
}

/** What it computes before it can serve, which has to be short. */
async function start(name: string): Promise<string> {
  const ms = await startupMs(bundleOf(name), join(workshop, `${name}.cpuprofile`), MAX_STARTUP_MS);
  return within(ms, MAX_STARTUP_MS, 'ms');
}

function within(amount: number, limit: number, unit: string): string {
  if (amount <= limit) return `${amount} of ${limit} ${unit}`;
  throw new Error(`${amount} ${unit}, and no more than ${limit} may be`);
}

function bundleOf(name: string): string {
  return join(workshop, `${name}.bundle`);
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}
