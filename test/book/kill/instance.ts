import { startWorld } from '../../world.ts';

/**
 * A world in a process of its own, to be killed: `instance.ts STORAGE PORT VARS`. It says its address when it
 * is ready, and on its first life makes the host whose places are booked.
 */
const [storage = '', port = '', vars = '{}', host = ''] = process.argv.slice(2);
const world = await startWorld({ storage, port: Number(port), vars: JSON.parse(vars) });
const database = await world.database();
const now = Date.now();
await database.batch([
  database
    .prepare(
      `INSERT OR IGNORE INTO account (id, email, name, is_host, roles, created_at, updated_at)
       VALUES (?, 'host@example.com', 'Host', 1, '[]', ?, ?)`,
    )
    .bind(host, now, now),
  database
    .prepare(
      `INSERT OR IGNORE INTO session (id, account_id, generation, mfa, authenticated_at, rotated_at, created_at, expires_at)
       VALUES (?, ?, 1, 0, ?, ?, ?, ?)`,
    )
    .bind(host.replace('usr', 'ses'), host, now, now, now, now + 86_400_000),
]);
console.log(world.url);
