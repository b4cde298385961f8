// npm run generate [-- --name what_it_adds]   writes what is not current; a new migration needs a name
// npm run generate -- --check                 changes nothing, and fails naming what is not current
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { withStates } from './booking-states.ts';
import { completeLock } from './complete-lock.ts';
import { openApiText } from './openapi.ts';
import { ROOT } from './places.ts';
import { runWrangler } from './run-wrangler.ts';

const LOCK = 'package-lock.json';
const BOOKING = 'docs/booking.md';
const TYPES = 'worker-configuration.d.ts';
const MIGRATIONS = 'migrations/main';
const DRIZZLE_KIT = join(ROOT, 'node_modules/drizzle-kit/bin.cjs');

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, name: { type: 'string' } },
});
const workshop = mkdtempSync(join(tmpdir(), 'roost-generate-'));
process.once('exit', () => rmSync(workshop, { recursive: true, force: true }));

const wanted = new Map([
  ['openapi.json', openApiText()],
  [BOOKING, withStates(readFileSync(join(ROOT, BOOKING), 'utf8'))],
  [LOCK, completeLock(readFileSync(join(ROOT, LOCK), 'utf8'))],
  ...(await Promise.all([workerTypes(), newMigrations()])).flat(),
]);
const stale = [...wanted].filter(([path, text]) => read(path) !== text);

if (values.check) {
  for (const [path] of stale) console.error(`${path} is not current. Run: npm run generate`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    console.log(`${path} is new.`);
  }
  if (stale.length === 0) console.log('Everything was current.');
}

/** Made in a folder that has the configuration and no .dev.vars, so that it is the same on every machine. */
async function workerTypes(): Promise<[string, string][]> {
  const home = join(workshop, 'types');
  mkdirSync(home);
  for (const name of ['wrangler.toml', '.dev.vars.example']) cpSync(join(ROOT, name), join(home, name));
  symlinkSync(join(ROOT, 'src'), join(home, 'src'));
  const secrets = ['--env-file', '.dev.vars.example'];
  await runWrangler('types', '--cwd', home, '--include-runtime=false', ...secrets);
  return [[TYPES, readFileSync(join(home, TYPES), 'utf8')]];
}

/** What drizzle-kit adds to a copy of the migrations: nothing, when they are all there is in the tables. */
async function newMigrations(): Promise<[string, string][]> {
  const copy = join(workshop, 'migrations');
  cpSync(join(ROOT, MIGRATIONS), copy, { recursive: true });
  await runDrizzleKit(relative(ROOT, copy), values.name ?? 'unnamed');

  const files = globSync('**/*', { cwd: copy, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(copy, join(entry.parentPath, entry.name)));
  if (paths.every((path) => existsSync(join(ROOT, MIGRATIONS, path)))) return [];
  if (values.check) return [[MIGRATIONS, 'what the tables have and the migrations do not']];
  if (!values.name) {
    throw new Error('The tables have changed. Say what the migration adds: npm run generate -- --name …');
  }
  return paths.map((path) => [join(MIGRATIONS, path), readFileSync(join(copy, path), 'utf8')]);
}

/** It asks whether a column was renamed or replaced, which only a person at a terminal can answer. */
async function runDrizzleKit(out: string, name: string): Promise<void> {
  const args = ['generate', '--dialect', 'sqlite', '--schema', './src/**/tables.ts', '--out', out];
  const isAsked = !values.check && process.stdin.isTTY && process.stdout.isTTY;
  const child = spawn(process.execPath, [DRIZZLE_KIT, ...args, '--name', name], {
    cwd: ROOT,
    stdio: isAsked ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [exitCode] = await once(child, 'close');
  // Its exit code is 0 even when it could not ask, so what it says counts.
  const isDone = isAsked || /No schema changes|Your SQL migration file/.test(output);
  if (exitCode !== 0 || !isDone) {
    throw new Error(
      `drizzle-kit failed, or has a question. At a terminal: npm run generate -- --name …\n${output}`,
    );
  }
}

function read(path: string): string | null {
  const file = join(ROOT, path);
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : null;
}
