import {
  applyD1Migrations,
  type D1Migration,
  listDurableObjectIds,
  reset,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

/**
 * Files share a runtime, one after the other, and each finds it as if nobody had been there: all storage is empty,
 * and all modules are loaded anew. Only what is awake is emptied, so whatever may have fallen asleep is woken first.
 */
type Migrations = Readonly<Record<'MIGRATIONS' | 'SEARCH_MIGRATIONS', D1Migration[]>>;
const { SANDBOX, MIGRATIONS, SEARCH_MIGRATIONS } = env as typeof env & Migrations & { SANDBOX: Fetcher };
const memory = globalThis as { closed?: Set<string> };
/** A book belongs to one file, and was emptied after it. */
const closed = (memory.closed ??= new Set());

const objects = <T extends Rpc.DurableObjectBranded>(namespace: DurableObjectNamespace<T>) =>
  listDurableObjectIds(namespace as unknown as DurableObjectNamespace);
const wake = <T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  ids: readonly DurableObjectId[],
) => Promise.all(ids.map((id) => runInDurableObject(namespace.get(id), () => {})));

const books = (await objects(env.BOOKS)).filter((id) => !closed.has(id.toString()));
await Promise.all([
  wake(env.BOOKS, books),
  wake(env.LIMITERS, await objects(env.LIMITERS)),
  wake(env.BALANCES, await objects(env.BALANCES)),
  ...[env.DB, env.SEARCH_DB].map((database) => database.prepare('SELECT 1').run()),
  ...[env.PICTURES, env.ARCHIVE].map((bucket) => bucket.list({ limit: 1 })),
  ...[env.RATE_LIMITER, env.AUTH_RATE_LIMITER].map((limiter) => limiter.limit({ key: 'anybody' })),
  env.KV.list({ limit: 1 }),
  SANDBOX.fetch('http://sandbox/sandbox/clock'),
]);
for (const id of books) closed.add(id.toString());
await reset();
vi.resetModules();

// To report what nobody looks at takes a sixth of the time; tests of the log spy on it.
console.log = () => {};

await applyD1Migrations(env.DB, MIGRATIONS);
await applyD1Migrations(env.SEARCH_DB, SEARCH_MIGRATIONS);
