import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildWorkers } from '../../scripts/build.ts';
import { ROOT } from '../../scripts/places.ts';

test('the Worker says in English what is wrong, and carries no other language', async () => {
  const { api } = await buildWorkers();
  const code = readFileSync(join(api, 'index.js'), 'utf8');
  expect(code).toContain('Invalid input');
  for (const other of ['ltige Eingabe', 'Input non valido', 'Ongeldige invoer'])
    expect(code).not.toContain(other);
});

test('nothing asks zod for a translation, which the Worker would not have', () => {
  const files = globSync('src/**/*.ts', { cwd: ROOT });
  expect(files.length).toBeGreaterThan(0);
  const asking = files.filter((file) => /\blocales\b/.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(asking).toEqual(['src/kernel/no-locales.ts']);
});

test('nothing asks zod to compile a schema or to read one from JSON, which the Worker could not do', () => {
  const files = globSync('src/**/*.ts', { cwd: ROOT });
  const asking = files.filter((file) =>
    /\bz\.compile\b|\bwithParser\b|\bfromJSONSchema\b/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(asking).toEqual(['src/kernel/no-zod-compiler.ts']);
});
