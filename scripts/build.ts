import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { V4ModuleDefinition } from 'miniflare';
import { API_CONFIG, ASSETS, ROOT, SANDBOX_CONFIG } from './places.ts';
import { runWrangler } from './run-wrangler.ts';

const BUILDS = join(ROOT, 'dist/workers');
const KEPT_MS = 3_600_000;
const INPUTS = ['{src,sandbox}/**/*', '{wrangler.toml,package-lock.json}'];

export type Build = { readonly api: string; readonly sandbox: string };

const run = promisify(execFile);

/** The Workers exactly as a deployment uploads them, in a folder named after what they were built from, and their files. */
export async function buildWorkers(): Promise<Build> {
  const home = join(BUILDS, digestOfInputs());
  await buildAssets();
  if (!existsSync(home)) {
    mkdirSync(BUILDS, { recursive: true });
    const temporary = mkdtempSync(join(BUILDS, 'building-'));
    await Promise.all([
      bundle(API_CONFIG, join(temporary, 'api')),
      bundle(SANDBOX_CONFIG, join(temporary, 'sandbox')),
    ]);
    publish(temporary, home);
    prune();
  }
  return { api: join(home, 'api'), sandbox: join(home, 'sandbox') };
}

/** The entry goes first; what lies beside it was imported as text. */
export function readModules(folder: string): { modulesRoot: string; modules: V4ModuleDefinition[] } {
  const names = readdirSync(folder).filter((name) => !/\.(map|md)$/.test(name) && name !== 'index.js');
  const typeOf = (name: string) => (extname(name) === '.wasm' ? 'CompiledWasm' : 'Text');
  return {
    modulesRoot: folder,
    modules: [
      { type: 'ESModule', path: join(folder, 'index.js') },
      ...names.map((name): V4ModuleDefinition => ({ type: typeOf(name), path: join(folder, name) })),
    ],
  };
}

export async function buildAssets(): Promise<void> {
  const script = join(ROOT, 'scripts/assets.ts');
  mkdirSync(ASSETS, { recursive: true });
  if (existsSync(script)) await run(process.execPath, [script], { cwd: ROOT });
}

const bundle = (config: string, outdir: string) =>
  runWrangler('deploy', '--dry-run', '-c', config, '--outdir', outdir);

/** Two test processes can build the same thing at once; the first one to finish is the one that stays. */
function publish(temporary: string, home: string): void {
  try {
    renameSync(temporary, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
    rmSync(temporary, { recursive: true });
  }
}

/** A world reads its build when it starts, so one of an hour ago is nobody's any more. */
function prune(): void {
  for (const name of readdirSync(BUILDS)) {
    const folder = join(BUILDS, name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
}

function digestOfInputs(): string {
  const hash = createHash('sha256');
  const files = globSync(INPUTS, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
