// npm run mutants [-- --only "a part of the name"]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS } from '../test/mutants.ts';
import { ROOT } from './places.ts';

/** Plants each bug in a copy of the project, and says whether the tests that should see it do. */
const { only } = parseArgs({ options: { only: { type: 'string', default: '' } } }).values;
const copy = mkdtempSync(join(tmpdir(), 'roost-mutants-'));
process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
const LEFT_OUT = /^(node_modules|\.git|\.wrangler|dist)$/;
cpSync(ROOT, copy, { recursive: true, filter: (path) => !LEFT_OUT.test(path.slice(ROOT.length + 1)) });
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));

const passes = (seenBy: string): boolean => {
  const [project = '', test = ''] = seenBy.split(' ');
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  return spawnSync(process.execPath, [vitest, 'run', '--project', project, test], { cwd: copy }).status === 0;
};

const chosen = MUTANTS.filter((mutant) => mutant.name.includes(only));
// A test that is red anyway sees nothing.
for (const seenBy of new Set(chosen.map((mutant) => mutant.seenBy))) {
  if (!passes(seenBy)) throw new Error(`Red without any bug: ${seenBy}`);
}
const survivors: string[] = [];
for (const { name, file, find, put, seenBy } of chosen) {
  const path = join(copy, file);
  const sound = readFileSync(path, 'utf8');
  if (sound.split(find).length !== 2) throw new Error(`${file} has no single place for: ${name}`);
  writeFileSync(
    path,
    sound.replace(find, () => put),
  );
  const survives = passes(seenBy);
  writeFileSync(path, sound);
  if (survives) survivors.push(name);
  console.log(`${survives ? '✗ survives' : '✓ is seen '}  ${name}`);
}
if (survivors.length > 0) process.exitCode = 1;
