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
import { migrateState } from './migrate.ts';
import { API_CONFIG, ASSETS, ROOT, SANDBOX_CONFIG } from './places.ts';
import { runWrangler } from './run-wrangler.ts';

const WORKERS = { home: join(ROOT, 'dist/workers'), inputs: '{src,sandbox}/**/*' };
const STORAGE = { home: join(ROOT, 'dist/storage'), inputs: 'migrations/**/*' };
const OTHER_INPUTS = '{wrangler.toml,package-lock.json}';
const KEPT_MS = 3_600_000;

export type Build = { readonly api: string; readonly sandbox: string };

const run = promisify(execFile);

/** The Workers exactly as a deployment uploads them, and their files. */
export async function buildWorkers(): Promise<Build> {
  await buildAssets();
  const home = await buildOnce(WORKERS, (folder) =>
    Promise.all([bundle(API_CONFIG, join(folder, 'api')), bundle(SANDBOX_CONFIG, join(folder, 'sandbox'))]),
  );
  return { api: join(home, 'api'), sandbox: join(home, 'sandbox') };
}

/** What they keep, with all its tables and nothing in them: to be copied. */
export async function buildStorage(): Promise<string> {
  return join(await buildOnce(STORAGE, migrateState), 'v3');
}

type Kind = { readonly home: string; readonly inputs: string };

/** In a folder named after what it is built from. */
async function buildOnce(kind: Kind, build: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(kind.home, digestOf([kind.inputs, OTHER_INPUTS]));
  if (existsSync(folder)) return folder;
  mkdirSync(kind.home, { recursive: true });
  const temporary = mkdtempSync(join(kind.home, 'building-'));
  await build(temporary);
  publish(temporary, folder);
  prune(kind.home);
  return folder;
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
function prune(home: string): void {
  for (const name of readdirSync(home)) {
    const folder = join(home, name);
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
}

function digestOf(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  const files = globSync(inputs, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
