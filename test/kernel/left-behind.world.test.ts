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

/** Words out of what the Worker leaves behind, each with the file that has them. */
const LEFT_BEHIND = {
  'Enum has mixed string and number values': '@asteasolutions/zod-to-openapi/dist/index.mjs',
  'Non-representable type encountered': 'zod/v4/core/to-json-schema.js',
  ZodTemplateLiteral: 'zod/v4/classic/schemas.js',
  'Pacific/Tongatapu': '@photostructure/tz-lookup/tz.js',
  'Data does not match to ': '@peculiar/asn1-schema/build/es2015/parser.js',
  '/v1/subscriptions/': 'stripe/esm/resources/Subscriptions.js',
  qwertyuiop: '@zxcvbn-ts/language-common/dist/passwords.json.mjs',
};

test('the Worker carries none of what is looked up, or was made, outside of it', async () => {
  const { api } = await buildWorkers();
  const code = readFileSync(join(api, 'index.js'), 'utf8');
  for (const [words, file] of Object.entries(LEFT_BEHIND)) {
    expect(readFileSync(join(ROOT, 'node_modules', file), 'utf8'), file).toContain(words);
    expect(code.includes(words), words).toBe(false);
  }
});

test('nothing asks zod for a translation, which the Worker would not have', () => {
  const files = globSync('src/**/*.ts', { cwd: ROOT });
  expect(files.length).toBeGreaterThan(0);
  const asking = files.filter((file) => /\blocales\b/.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(asking).toEqual(['src/kernel/no-locales.ts']);
});

test('nothing asks zod to compile a schema, or to make one from JSON or JSON of one, which the Worker could not do', () => {
  const files = globSync('src/**/*.ts', { cwd: ROOT });
  const asking = files.filter((file) =>
    /\bz\.compile\b|\bwithParser\b|\bfromJSONSchema\b|\btoJSONSchema\b/.test(
      readFileSync(join(ROOT, file), 'utf8'),
    ),
  );
  expect(asking).toEqual(['src/kernel/no-zod-compiler.ts']);
});

test('nothing asks Stripe for what the Worker does not have of its SDK', () => {
  const sdk = readFileSync(join(ROOT, 'node_modules/stripe/esm/stripe.core.js'), 'utf8');
  const standIn = readFileSync(join(ROOT, 'src/payments/stripe/no-other-resources.ts'), 'utf8');
  const absent = new Set([...standIn.matchAll(/Absent as (\w+)/g)].map(([, name]) => name));
  const made = [...sdk.matchAll(/this\.(\w+) = new (\w+)\(this\)/g)];
  const properties = made.flatMap(([, property, name]) => (absent.has(name) ? [property] : []));
  expect(properties).toContain('subscriptions');
  expect(properties).not.toContain('paymentIntents');

  const asking = new RegExp(`\\bstripe\\s*\\.(${properties.join('|')}|notificationHandler\\w*)\\b`);
  const files = globSync('src/payments/stripe/**/*.ts', { cwd: ROOT });
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => asking.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
});
