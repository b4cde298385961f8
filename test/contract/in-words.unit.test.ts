import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/places.ts';
import { REFUSED_IN_WORDS } from './in-words.ts';

const source = globSync('src/**/*.ts', { cwd: ROOT })
  .map((path) => readFileSync(join(ROOT, path), 'utf8'))
  .join('\n');

test.each(Object.keys(REFUSED_IN_WORDS))('the service still refuses with %s', (code) => {
  expect(source).toContain(`'${code}'`);
});
