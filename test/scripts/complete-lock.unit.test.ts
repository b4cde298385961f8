import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeLock } from '../../scripts/complete-lock.ts';
import { ROOT } from '../../scripts/places.ts';

const TOOL = { version: '1.2.3', dev: true, optionalDependencies: { 'tool-linux-x64-musl': '1.2.3' } };
const lockOf = (packages: object) => `${JSON.stringify({ lockfileVersion: 3, packages }, null, 2)}\n`;
const completed = (packages: object) => JSON.parse(completeLock(lockOf(packages))).packages;

test('npm ci finds in the lock what it looks for, and no address of a registry', () => {
  const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  expect(completeLock(text)).toBe(text);
  expect(text).not.toContain('"resolved"');
});

test('a package for another system is put back with its version, its system and its kind', () => {
  const darwin = { ...TOOL, optionalDependencies: { '@tool/core-darwin-64': '1.2.3' } };
  expect(
    completed({ '': {}, 'node_modules/tool': TOOL, 'node_modules/other': { ...darwin, dev: false } }),
  ).toEqual({
    '': {},
    'node_modules/@tool/core-darwin-64': { version: '1.2.3', cpu: ['x64'], optional: true, os: ['darwin'] },
    'node_modules/other': { ...darwin, dev: false },
    'node_modules/tool': TOOL,
    'node_modules/tool-linux-x64-musl': {
      version: '1.2.3',
      cpu: ['x64'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    },
  });
});

test('a package that is there already, near or above, is left alone', () => {
  for (const place of [
    'node_modules/a/node_modules/tool/node_modules',
    'node_modules/a/node_modules',
    'node_modules',
  ]) {
    const packages = {
      [`${place}/tool-linux-x64-musl`]: { version: '1.2.3', integrity: 'sha512-x' },
      'node_modules/a/node_modules/tool': TOOL,
    };
    expect(completed(packages)).toEqual(packages);
  }
});

test('a package whose name names no system is not guessed at', () => {
  const tool = { ...TOOL, optionalDependencies: { fsevents: '2.3.3' } };
  expect(() => completed({ 'node_modules/tool': tool })).toThrow('fsevents@2.3.3');
  const loose = { ...TOOL, optionalDependencies: { 'tool-linux-x64': '^1.0.0' } };
  expect(() => completed({ 'node_modules/tool': loose })).toThrow('tool-linux-x64@^1.0.0');
});
