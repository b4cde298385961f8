import { existsSync, readFileSync, rmSync } from 'node:fs';
import { startWorld } from '../../world.ts';

/**
 * A world in a process of its own, to be killed: `instance.ts STORAGE PORT VARS PEOPLE`. It says its address when
 * it is ready, and on its first life makes the people, the first of whom lets the places.
 */
const PEOPLE_AT_ONCE = 5_000;
const [storage = '', port = '', vars = '{}', people = ''] = process.argv.slice(2);
const world = await startWorld({ storage, port: Number(port), vars: JSON.parse(vars) });
if (existsSync(people)) {
  await settle(JSON.parse(readFileSync(people, 'utf8')));
  rmSync(people);
}
console.log(world.url);

/** Each with a session of the same name. */
async function settle(ids: readonly string[]): Promise<void> {
  const database = await world.database();
  const now = Date.now();
  for (let from = 0; from < ids.length; from += PEOPLE_AT_ONCE) {
    const some = JSON.stringify(ids.slice(from, from + PEOPLE_AT_ONCE));
    await database.batch([
      database
        .prepare(
          `INSERT INTO account (id, email, name, is_host, roles, created_at, updated_at)
           SELECT value, value || '@example.com', 'Somebody', 1, '[]', ?2, ?2 FROM json_each(?1)`,
        )
        .bind(some, now),
      database
        .prepare(
          `INSERT INTO session (id, account_id, generation, mfa, authenticated_at, rotated_at, created_at, expires_at)
           SELECT replace(value, 'usr', 'ses'), value, 1, 0, ?2, ?2, ?2, ?3 FROM json_each(?1)`,
        )
        .bind(some, now, now + 86_400_000),
    ]);
  }
}
