import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_readConfig, unstable_splitSqlQuery } from 'wrangler';
import { API_CONFIG, ROOT } from './places.ts';

// As `wrangler d1 migrations` makes it, so that Wrangler and this agree on what is applied.
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

type Database = { binding: string; database_id?: string; migrations_dir?: string };
type Source = { binding: string; id: string; home: string; names: string[] };

/**
 * Brings both databases of a local state up to date in one runtime: two of Wrangler's at once lock each other
 * out. When nothing is new since the last time, it doesn't start any.
 */
export async function migrateState(state: string): Promise<void> {
  const note = join(state, 'migrated.json');
  const sources = listSources();
  const wanted = JSON.stringify(sources.map(({ names }) => names));
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted) return;

  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: 'migrate',
      modules: true,
      script: 'export default {}',
      cf: false,
      log: new Log(LogLevel.ERROR),
      d1Databases: Object.fromEntries(sources.map(({ binding, id }) => [binding, { id }])),
      resourcePersistencePath: join(state, 'v3'),
    }),
  );
  try {
    await migrate(miniflare, 'migrate');
  } finally {
    await miniflare.dispose();
  }
  writeFileSync(note, wanted);
}

/** Applies what is new to the databases of a Worker that is running in Miniflare. */
export async function migrate(miniflare: Miniflare, worker: string): Promise<void> {
  await Promise.all(
    listSources().map(async ({ binding, home, names }) => {
      const database = await miniflare.getD1Database(binding, worker);
      await database.prepare(CREATE_TABLE).run();
      const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
      const applied = new Set(results.map(({ name }) => name));

      for (const name of names.filter((name) => !applied.has(name))) {
        const statements = unstable_splitSqlQuery(readFileSync(join(home, name), 'utf8'));
        await database.batch([
          ...statements.map((statement) => database.prepare(statement)),
          database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
        ]);
      }
    }),
  );
}

function listSources(): Source[] {
  const { d1_databases: databases } = unstable_readConfig({ config: API_CONFIG }, { hideWarnings: true });
  return databases.map((database: Database) => {
    const home = join(ROOT, database.migrations_dir ?? 'migrations');
    const files = existsSync(home) ? readdirSync(home) : [];
    return {
      binding: database.binding,
      id: database.database_id ?? database.binding,
      home,
      names: files.filter((name) => name.endsWith('.sql')).sort(),
    };
  });
}
