import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureDevVars } from '../../scripts/dev-vars.ts';
import { generateSecrets } from '../../scripts/secrets.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roost-dev-vars-'));
  path = join(folder, '.dev.vars');
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = () => readFileSync(path, 'utf8');
const namesIn = (text: string) => [...text.matchAll(/^(\w+)='.+'$/gm)].map(([, name]) => name).toSorted();

test('a new machine gets every secret, for nobody else to read', async () => {
  await ensureDevVars(path);
  expect(namesIn(read())).toEqual(Object.keys(await generateSecrets()).toSorted());
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that has them all stays as it is', async () => {
  await ensureDevVars(path);
  const before = read();
  await ensureDevVars(path);
  expect(read()).toBe(before);
});

test.each(['', '\n'])(
  'a file of an older version keeps what it has, and gets what is new (%j)',
  async (end) => {
    const older = `# mine\nMAIL_TOKEN='of-my-own'\n#MASTER_SECRET='not this one'${end}`;
    writeFileSync(path, older);
    await ensureDevVars(path);
    expect(read().startsWith(older)).toBe(true);
    expect(namesIn(read())).toEqual(Object.keys(await generateSecrets()).toSorted());
    expect(read()).toMatch(/^MASTER_SECRET=/m);
  },
);
