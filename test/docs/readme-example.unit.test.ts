import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWorkers } from '../../scripts/build.ts';
import { ROOT } from '../../scripts/places.ts';
import { blocksOf, readDocument, sectionOf } from './readme.ts';

const run = promisify(execFile);
const LIMIT_MS = 120_000;
const LEFT_BEHIND = ['.dev.vars', '.git', '.wrangler', 'dist', 'node_modules'];
/** The part of `npm run generate` that a new operation needs. */
const GENERATE = `import { writeFileSync } from 'node:fs';
import { openApiText } from './scripts/openapi.ts';
writeFileSync('openapi.json', openApiText());`;
const steps = blocksOf(sectionOf(readDocument('README.md'), 'How to add an endpoint')).map(({ text }) => {
  const [, path = '', place = 'as a new file'] = /^\/\/ ([\w./-]+)(?:, (.+))?\n/.exec(text) ?? [];
  return { path, place, code: text.slice(text.indexOf('\n') + 1) };
});

let copy: string;

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'roost-example-'));
  for (const name of readdirSync(ROOT).filter((name) => !LEFT_BEHIND.includes(name))) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const step of steps) apply(step);
  // The example leaves the sandbox alone, so the one that is built already stands beside it.
  const build = JSON.stringify(await buildWorkers());
  edit('vitest.config.ts', (config) => config.replace('await buildWorkers()', build));
  await runTool('node', '--input-type=module', '-e', GENERATE);
}, LIMIT_MS);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

test.concurrent('its steps leave code that is formatted, linted and typed like the rest', {
  timeout: LIMIT_MS,
}, async () => {
  const paths = [...new Set(steps.map(({ path }) => path))];
  const types = { extends: './test/tsconfig.json', include: ['worker-configuration.d.ts', ...paths] };
  writeFileSync(join(copy, 'example.tsconfig.json'), JSON.stringify(types));
  await Promise.all([
    runTool('biome', 'check', '--vcs-enabled=false', ...paths),
    runTool('tsc', '-p', 'example.tsconfig.json'),
  ]);
});

test.concurrent('its own test passes, and its row of who may is true', { timeout: LIMIT_MS }, async () => {
  const own = steps.find(({ path }) => path.endsWith('.test.ts'));
  const titles = [...(own?.code ?? '').matchAll(/^test\('(.+?)'/gm)].map(([, title]) => title);
  const pattern = [...titles, 'getSecurity', 'written down for every operation'].join('|');
  const files = [own?.path ?? '', 'test/access/access.worker.test.ts'];
  const report = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', 'report.json'];
  await runTool('vitest', 'run', '--project', 'worker', ...report, '-t', pattern, ...files);
  const counts = JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8'));
  expect(counts).toMatchObject({ numPassedTests: titles.length + 2, numFailedTests: 0 });
});

/** The places that the README names. */
function apply({ path, place, code }: (typeof steps)[number]): void {
  switch (place) {
    case 'as a new file':
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), code, { flag: 'wx' });
      break;
    case 'at the end':
      edit(path, (before) => `${before}\n${code}`);
      break;
    case 'among the imports':
      edit(path, (before) => before.replace(/^import .* from '\.\.\/get-u/m, (next) => `${code}${next}`));
      break;
    case 'in the list':
      edit(path, (before) => before.replace(/[\]}];\n$/, (end) => `${code}${end}`));
      break;
    case 'as the last row':
      edit(path, (before) => before.replace(/\n\}\n$/, (end) => `,\n${code.trimEnd()}${end}`));
      break;
    default:
      throw new Error(`The README puts ${path} ${place}, and nobody knows where that is`);
  }
}

function edit(path: string, change: (before: string) => string): void {
  const before = readFileSync(join(copy, path), 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`${path} has nothing to change`);
  writeFileSync(join(copy, path), after);
}

/** Rejects with what the tool complained about. */
async function runTool(tool: string, ...args: string[]): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  try {
    await run(join(ROOT, 'node_modules/.bin', tool), args, { cwd: copy, env: { ...env, PWD: copy } });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    expect.fail(`${tool} ${args.join(' ')}\n${stdout}${stderr}`);
  }
}
