import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import config from '../.dependency-cruiser.js';
import { ROOT } from '../scripts/places.ts';

type Files = Readonly<Record<string, string>>;
type Violation = { rule: { name: string }; from: string };

/** A house in which everything is in order, with an import in each direction that is allowed. */
const HOUSE: Files = {
  'package.json': '{"dependencies":{"hono":"1"},"devDependencies":{"vitest":"1"}}',
  'tsconfig.json': '{"compilerOptions":{"allowImportingTsExtensions":true,"noEmit":true}}',
  'node_modules/hono/package.json': '{"name":"hono","main":"index.js"}',
  'node_modules/hono/index.js': '',
  'node_modules/vitest/package.json': '{"name":"vitest","main":"index.js"}',
  'node_modules/vitest/index.js': '',
  'node_modules/zod/package.json': '{"name":"zod","main":"index.js"}',
  'node_modules/zod/index.js': '',
  'src/kernel/money.ts': 'export type Money = 1; export const money = 1;',
  'src/pricing/index.ts': "import '../kernel/money.ts'; export const price = 1;",
  'src/book/index.ts': "import '../pricing/index.ts'; export type Book = 1; export const book = 1;",
  'src/book/rules.ts':
    "import type { Context } from '../context.ts'; export type C = Context; export const r = 1;",
  'src/book/book-object.ts': "import './rules.ts'; export class PropertyBook {}",
  'src/env.ts': "import './kernel/money.ts'; export type Env = 1; export const env = 1;",
  'src/context.ts':
    "import type { Env } from './env.ts'; import './platform/commit.ts'; import './platform/books.ts'; export type Context = Env; export const context = 1;",
  'src/platform/commit.ts':
    "import type { Context } from '../context.ts'; export const commit = (c: Context) => c;",
  'src/platform/books.ts':
    "import '../book/index.ts'; import type { PropertyBook } from '../book/book-object.ts'; export type B = PropertyBook;",
  'src/accounts/index.ts':
    "import './rules.ts'; import '../platform/commit.ts'; import 'hono'; export const accounts = 1;",
  'src/accounts/rules.ts': "import '../kernel/money.ts'; export const rules = 1;",
  'src/bookings/index.ts':
    "import '../accounts/index.ts'; import '../properties/index.ts'; import '../book/index.ts'; export const bookings = 1;",
  'src/properties/index.ts': "import '../accounts/index.ts'; export const properties = 1;",
  'src/reviews/index.ts': "import '../bookings/index.ts'; export const reviews = 1;",
  'src/messages/index.ts': "import '../bookings/index.ts'; export const messages = 1;",
  'src/privacy/index.ts': "import '../reviews/index.ts'; export const privacy = 1;",
  'src/service.ts': "import './platform/commit.ts'; export const service = 1;",
  'src/app.ts':
    "import './service.ts'; import './context.ts'; import './privacy/index.ts'; export const app = 1;",
  'src/index.ts': "import './app.ts'; export { PropertyBook } from './book/book-object.ts';",
  'scripts/build.ts': 'export const build = 1;',
  'sandbox/src/index.ts': 'export const sandbox = 1;',
};

/** Each rule, the folder to which a file of its name is added, and what that file imports. */
const PLANTED: readonly (readonly [rule: string, folder: string, code: string])[] = [
  ['kernel-alone', 'src/kernel', "import type { Env } from '../env.ts'; export type E = Env;"],
  ['pricing-pure', 'src/pricing', "import '../book/index.ts';"],
  ['book-below-platform', 'src/book', "import '../platform/commit.ts';"],
  ['platform-knows-no-room', 'src/platform', "import '../accounts/index.ts';"],
  ['leftwards-from-accounts', 'src/accounts', "import '../properties/index.ts';"],
  ['leftwards-from-properties', 'src/properties', "import '../bookings/index.ts';"],
  ['leftwards-from-bookings', 'src/bookings', "import '../privacy/index.ts';"],
  ['leftwards-from-payments', 'src/payments', "import '../reviews/index.ts';"],
  ['leftwards-from-reviews-messages', 'src/reviews', "import '../messages/index.ts';"],
  [
    'leftwards-from-search-notifications-webhooks-analytics-oauth',
    'src/search',
    "import '../privacy/index.ts';",
  ],
  ['leftwards-from-moderation', 'src/moderation', "import '../privacy/index.ts';"],
  ['room-has-a-place', 'src', "import './helpers/index.ts';"],
  ['through-the-door-of-a-room', 'src/bookings', "import '../accounts/rules.ts';"],
  ['object-class-for-the-worker', 'src/platform', "import '../book/book-object.ts';"],
  ['nothing-imports-a-front-door', 'src/accounts', "import '../service.ts';"],
  ['context-as-a-type', 'src/accounts', "import '../context.ts';"],
  ['src-alone', 'src/accounts', "import '../../scripts/build.ts';"],
  ['sandbox-alone', 'sandbox/src', "import '../../src/env.ts';"],
  ['zod-from-the-kernel', 'src/accounts', "import 'zod';"],
  ['deployed-dependencies', 'src/accounts', "import 'vitest';"],
  ['resolvable', 'src/accounts', "import './gone.ts';"],
  ['no-cycles', 'src/accounts', "import './not-alone.ts';"],
];

/** What the planted files need beside them. */
const EXTRA: Files = {
  'src/helpers/index.ts': '',
  'src/accounts/not-alone.ts': "import './no-cycles.ts';",
};

test('what is allowed passes', () => {
  expect(cruise(HOUSE)).toEqual([]);
});

test('every rule finds the violation that is planted for it', () => {
  expect(PLANTED.map(([rule]) => rule).toSorted()).toEqual(
    config.forbidden.map(({ name }) => name).toSorted(),
  );

  const planted = PLANTED.map(([rule, folder, code]) => [`${folder}/${rule}.ts`, code] as const);
  const found = cruise({ ...HOUSE, ...EXTRA, ...Object.fromEntries(planted) });
  for (const [rule, folder] of PLANTED) expect(found).toContainEqual({ rule, from: `${folder}/${rule}.ts` });
});

function cruise(files: Files): { rule: string; from: string }[] {
  const home = mkdtempSync(join(tmpdir(), 'roost-house-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    }
    const depcruise = join(ROOT, 'node_modules/.bin/depcruise');
    const rules = ['--config', join(ROOT, '.dependency-cruiser.js')];
    const output = execFileSync(
      process.execPath,
      [depcruise, 'src', 'sandbox', ...rules, '--output-type', 'json'],
      { cwd: home, encoding: 'utf8' },
    );
    const { summary } = JSON.parse(output) as { summary: { violations: Violation[] } };
    return summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
  } finally {
    rmSync(home, { recursive: true });
  }
}
