const PEOPLE_AT_ONCE = 5_000;

/** Each with a session of the same name. */
export async function plantPeople(database: D1Database, ids: readonly string[]): Promise<void> {
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
        .bind(some, now, now + 90 * 86_400_000),
    ]);
  }
}
