import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Unstable_Config as Config, unstable_readConfig } from 'wrangler';
import { API_CONFIG, ROOT, SANDBOX_CONFIG } from '../scripts/places.ts';
import { generateSecrets } from '../scripts/secrets.ts';

type Consumer = NonNullable<Config['queues']['consumers']>[number];

const ONLY_IN_DEVELOPMENT = ['SANDBOX'];
const ONLY_DEPLOYED = ['IMAGES', 'SEND_EMAIL'];
const QUEUE_SETTINGS = ['max_batch_size', 'max_batch_timeout', 'max_retries', 'max_concurrency'] as const;

const read = (env?: string) =>
  unstable_readConfig({ config: API_CONFIG, ...(env ? { env } : {}) }, { hideWarnings: true });
const development = read();
const deployed = { staging: read('staging'), production: read('production') };
const all: Readonly<Record<string, Config>> = { development, ...deployed };

test('every environment binds the same, but for what is only outside or only inside development', () => {
  const shared = bindingsOf(development).filter((name) => !ONLY_IN_DEVELOPMENT.includes(name));
  expect(shared.length).toBeGreaterThan(10);
  for (const name of ONLY_IN_DEVELOPMENT) expect(bindingsOf(development)).toContain(name);
  for (const [environment, config] of Object.entries(deployed)) {
    expect(bindingsOf(config), environment).toEqual([...shared, ...ONLY_DEPLOYED].toSorted());
  }
});

test('every environment has the same settings, each with a value of its own', () => {
  for (const [environment, config] of Object.entries(all)) {
    expect(Object.keys(config.vars), environment).toEqual(Object.keys(development.vars));
    expect(config.vars.ENVIRONMENT).toBe(environment);
  }
  for (const config of Object.values(deployed)) {
    const [route] = (config.routes ?? []) as { pattern: string; custom_domain: boolean }[];
    expect(config.vars.ORIGIN).toBe(`https://${route?.pattern}`);
  }
});

test('no environment touches what belongs to another', () => {
  const owned = Object.values(all).flatMap((config) => [...new Set(resourcesOf(config))]);
  expect(owned.length).toBeGreaterThan(30);
  expect(owned.toSorted()).toEqual([...new Set(owned)].toSorted());
});

test('every environment runs the same code, objects, migrations of objects, jobs and files', () => {
  for (const [environment, config] of Object.entries(deployed)) {
    const { main, compatibility_date, durable_objects, migrations, triggers, assets, observability } = config;
    const { minify, keep_names, alias } = config;
    expect({ minify, keep_names, alias }, environment).toEqual({
      minify: development.minify,
      keep_names: development.keep_names,
      alias: development.alias,
    });
    expect(
      { main, compatibility_date, durable_objects, migrations, triggers, assets, observability },
      environment,
    ).toEqual({
      main: development.main,
      compatibility_date: development.compatibility_date,
      durable_objects: development.durable_objects,
      migrations: development.migrations,
      triggers: development.triggers,
      assets: development.assets,
      observability: development.observability,
    });
    const databases = (one: Config) =>
      one.d1_databases.map(({ binding, migrations_dir }) => [binding, migrations_dir]);
    expect(databases(config), environment).toEqual(databases(development));
  }
});

for (const [environment, { queues }] of Object.entries(all)) {
  const prefix = environment === 'development' ? 'roost' : `roost-${environment}`;
  const consumers: Consumer[] = queues.consumers ?? [];

  test(`every queue of ${environment} has a consumer, and a dead-letter queue that has one`, () => {
    const consumed = consumers.map(({ queue }) => queue);
    expect(new Set(consumed).size).toBe(consumed.length);
    const produced = (queues.producers ?? []).map(({ queue }) => queue);
    expect(consumed.toSorted()).toEqual(produced.flatMap((queue) => [queue, `${queue}-dead`]).toSorted());
    for (const { queue, dead_letter_queue: next } of consumers) {
      expect(next, queue).toBe(queue.endsWith('-dead') ? `${prefix}-lost` : `${queue}-dead`);
    }
  });

  test(`every consumer of ${environment} states all its settings, the same as in development`, () => {
    for (const consumer of consumers) {
      const same = development.queues.consumers?.find(
        ({ queue }: Consumer) => queue.slice('roost'.length) === consumer.queue.slice(prefix.length),
      );
      for (const setting of QUEUE_SETTINGS) {
        expect(consumer[setting], `${consumer.queue} ${setting}`).toBeTypeOf('number');
        expect(consumer[setting], `${consumer.queue} ${setting}`).toBe(same?.[setting]);
      }
    }
  });

  test(`the shields of ${environment} count to what the settings say`, () => {
    const limits = (all[environment] as Config).ratelimits.map(({ name, simple }) => [name, simple]);
    const { RATE_LIMIT, AUTH_RATE_LIMIT } = (all[environment] as Config).vars;
    expect(limits).toEqual([
      ['RATE_LIMITER', { limit: Number(RATE_LIMIT), period: 60 }],
      ['AUTH_RATE_LIMITER', { limit: Number(AUTH_RATE_LIMIT), period: 60 }],
    ]);
  });
}

test('the example of secrets names each of them, and has a value for none', async () => {
  const lines = readFileSync(join(ROOT, '.dev.vars.example'), 'utf8')
    .split('\n')
    .filter((line) => /^[^#]/.test(line));
  expect(lines.toSorted()).toEqual(
    Object.keys(await generateSecrets())
      .map((name) => `${name}=`)
      .toSorted(),
  );
  for (const [environment, { vars }] of Object.entries(all)) {
    for (const line of lines) expect(vars, environment).not.toHaveProperty(line.slice(0, -1));
  }
});

test('the sandbox can be deployed nowhere by mistake', () => {
  const sandbox = unstable_readConfig({ config: SANDBOX_CONFIG }, { hideWarnings: true });
  expect(sandbox.workers_dev).toBe(false);
  expect(sandbox.routes ?? []).toEqual([]);
  expect(sandbox.compatibility_date).toBe(development.compatibility_date);
  expect(development.services).toEqual([{ binding: 'SANDBOX', service: sandbox.name }]);
  expect(sandbox.services).toEqual([{ binding: 'API', service: development.name }]);
});

function bindingsOf(config: Config): string[] {
  const named = [
    ...config.d1_databases,
    ...config.kv_namespaces,
    ...config.r2_buckets,
    ...(config.services ?? []),
    ...(config.queues.producers ?? []),
    ...(config.assets ? [config.assets] : []),
    ...(config.images ? [config.images] : []),
  ].map(({ binding }) => String(binding));
  const others = [...config.ratelimits, ...config.send_email, ...config.durable_objects.bindings];
  return [...named, ...others.map(({ name }) => name)].toSorted();
}

/** What exists outside the Worker under a name or an id. */
function resourcesOf(config: Config): string[] {
  const present = (value: string | undefined) => (value === undefined ? [] : [value]);
  return [
    ...present(config.name),
    ...config.d1_databases.flatMap(({ database_name, database_id }) => [
      ...present(database_name),
      ...present(database_id),
    ]),
    ...config.kv_namespaces.flatMap(({ id }) => present(id)),
    ...config.r2_buckets.flatMap(({ bucket_name }) => present(bucket_name as string | undefined)),
    ...(config.queues.consumers ?? []).flatMap(({ queue, dead_letter_queue }) => [
      queue,
      ...present(dead_letter_queue),
    ]),
    ...config.ratelimits.map(({ namespace_id }) => `rate limit ${namespace_id}`),
    ...((config.routes ?? []) as { pattern: string }[]).map(({ pattern }) => pattern),
  ];
}
