import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { API_CONFIG, ROOT } from '../../scripts/places.ts';
import * as rules from '../../src/accounts/rules.ts';
import { parseSettings } from '../../src/env.ts';
import { DAY, MINUTE, SECOND } from '../../src/kernel/clock.ts';
import type { LimitRule } from '../../src/platform/limiter.ts';
import { blocksOf, readDocument, sectionOf } from './readme.ts';

const documents = ['README.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: ROOT })].sort();
const readme = readDocument('README.md');
const production: Production = unstable_readConfig(
  { config: API_CONFIG, env: 'production' },
  { hideWarnings: true },
);

type Production = {
  vars: Record<string, unknown>;
  d1_databases: { binding: string; database_name?: string }[];
  queues: {
    producers?: { queue: string }[];
    consumers?: { queue: string; dead_letter_queue?: string }[];
  };
};

/** The cells of every table row, without the code marks. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('|--'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map((cells) => cells.slice(1, -1));

const runBash = (script: string): string =>
  execFileSync('bash', ['-c', script], { cwd: ROOT, encoding: 'utf8' }).trim();

test.each(documents)('%s names only commands that there are', (path) => {
  const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
  const named = [...readDocument(path).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name);
  expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
});

test.each(documents)('%s names only files and folders that there are', (path) => {
  const text = readDocument(path).replace(/^```.*?^```$/gms, '');
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#]+)\)/g)].map(([, link = '']) =>
    join(dirname(path), link),
  );
  const paths = [...text.matchAll(/`((?:src|test|scripts|sandbox|docs|migrations)\/[\w./-]*)`/g)];
  const named = [...links, ...paths.map(([, name = '']) => name)];
  expect(named.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
});

test('the map of the house has every folder and every room', () => {
  const map = rowsOf(sectionOf(readme, 'The map of the house')).map(([place]) => place);
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of rooms) expect(map).toContain(`src/${name}/`);
});

test('the list of more has every document', () => {
  const more = sectionOf(readme, 'More');
  expect(documents.filter((path) => path !== 'README.md' && !more.includes(`](${path})`))).toEqual([]);
});

test('the table of settings has every setting and every secret, and nothing else', () => {
  const secrets = [...readDocument('.dev.vars.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  const [, ...table] = rowsOf(sectionOf(readme, 'The settings'));
  expect(table.map(([name]) => name).sort()).toEqual([...Object.keys(production.vars), ...secrets].sort());
});

test('the deployment makes exactly the databases and queues that production is bound to', () => {
  const deploy = sectionOf(readme, 'How to deploy');
  const [, list = ''] = /^for queue in (.+); do$/m.exec(deploy) ?? [];
  const { consumers = [], producers = [] } = production.queues;
  const queues = [...producers, ...consumers].map(({ queue }) => queue);
  const dead = consumers.flatMap(({ dead_letter_queue: name }) => name ?? []);
  expect(runBash(`printf '%s\\n' ${list}`).split('\n').sort()).toEqual(
    [...new Set([...queues, ...dead])].sort(),
  );

  const created = [...deploy.matchAll(/d1 create (\S+)/g)].map(([, name]) => name);
  expect(created).toEqual(production.d1_databases.map(({ database_name: name }) => name));
  const migrated = [...deploy.matchAll(/migrations apply (\S+)/g)].map(([, name]) => name);
  expect(migrated).toEqual(production.d1_databases.map(({ binding }) => binding));
});

test('the secrets that the deployment makes are good enough for production, and none of them may be missing', () => {
  const lines = sectionOf(readme, 'How to deploy').split('\n');
  const madeBy = (name: string) =>
    runBash(`${lines.find((line) => line.startsWith(`${name}=`))}; echo "$${name}"`);
  const secrets = {
    AUTH_KEYS: madeBy('KEYS'),
    MASTER_SECRET: madeBy('MASTER'),
    TURNSTILE_SECRET: randomBytes(16).toString('hex'),
    STRIPE_SECRET_KEY: `sk_live_${randomBytes(16).toString('hex')}`,
    STRIPE_PUBLISHABLE_KEY: `pk_live_${randomBytes(16).toString('hex')}`,
    STRIPE_WEBHOOK_SECRETS: `whsec_${randomBytes(16).toString('hex')}`,
  };
  expect(parseSettings({ ...production.vars, ...secrets })).toMatchObject({ environment: 'production' });
  for (const name of Object.keys(secrets)) {
    const without = { ...production.vars, ...secrets, [name]: undefined };
    expect(() => parseSettings(without)).toThrow(`${name} is missing`);
  }
});

test('the numbers of docs/accounts.md are those of the code', () => {
  const amounts = Object.fromEntries(
    rowsOf(readDocument('docs/accounts.md')).map(([, much, name]) => [name, much]),
  );
  const numbers = Object.entries(rules).filter(([, value]) => typeof value === 'number');
  expect(numbers.length).toBeGreaterThan(0);
  for (const [name, value] of numbers) {
    expect([name, amounts[name]]).toEqual([
      name,
      name.endsWith('_MS') ? duration(value as number) : String(value),
    ]);
  }
  const spell = ([rule]: readonly LimitRule[]) =>
    `${rule?.limit} in ${duration((rule?.windowSeconds ?? 0) * SECOND)}`;
  expect(amounts.CODE_RULES).toBe(String(rules.CODE_RULES[0]?.limit));
  expect(amounts.MFA_RULES).toBe(spell(rules.MFA_RULES));
  expect(amounts.MAIL_RULES).toBe(spell(rules.MAIL_RULES));
  const [from, all] = rules.passwordRules('here');
  expect(from).toMatchObject({ limit: 100, windowSeconds: DAY / SECOND });
  expect(from?.backoff).toEqual({ free: 5, baseSeconds: 1, maxSeconds: (15 * MINUTE) / SECOND });
  expect(amounts.passwordRules).toBe(spell(all ? [all] : []));
});

test('docs/operations.md explains every event that is logged, and no other', () => {
  const source = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => readFileSync(join(ROOT, path), 'utf8'));
  const logged = source.flatMap((text) => [...text.matchAll(/\b(?:info|warn|error)\('([\w.]+)'/g)]);
  const [, ...events] = rowsOf(sectionOf(readDocument('docs/operations.md'), 'The log'));
  expect(events.map(([event]) => event).sort()).toEqual(
    [...new Set(logged.map(([, event]) => event))].sort(),
  );
});

test('a dead letter comes back to life by the statements of docs/operations.md', () => {
  const database = new DatabaseSync(':memory:');
  for (const path of globSync('migrations/main/*.sql', { cwd: ROOT }).sort()) {
    database.exec(readDocument(path));
  }
  const message = { id: 'out_1', kind: 'security_notice' };
  database
    .prepare('INSERT INTO dead_letter (id, queue, message_id, body, at) VALUES (?, ?, ?, ?, ?)')
    .run('dlt_1', 'mail', 'theirs', JSON.stringify(message), 1_800_000_000_000);

  const statements = blocksOf(readDocument('docs/operations.md')).filter(
    ({ language }) => language === 'sql',
  );
  const [look, revive] = statements.map(({ text }) => text.replaceAll('dlt_…', 'dlt_1'));
  expect(database.prepare(look ?? '').all()).toMatchObject([{ id: 'dlt_1', at: '2027-01-15 08:00:00' }]);
  database.exec(revive ?? '');

  const expected = {
    id: 'out_1',
    queue: 'mail',
    body: JSON.stringify(message),
    attempts: 0,
    next_attempt_at: 0,
  };
  expect(database.prepare('SELECT * FROM outbox').all()).toMatchObject([expected]);
  expect(database.prepare('SELECT * FROM dead_letter').all()).toEqual([]);
});

function duration(ms: number): string {
  const units = [
    ['days', DAY],
    ['minutes', MINUTE],
    ['seconds', SECOND],
  ] as const;
  const [name, size] = units.find(([, unit]) => ms >= unit && ms % unit === 0) ?? ['ms', 1];
  return `${ms / size} ${name}`;
}
