/** Everything the sandbox remembers, in the SQLite of its one Durable Object. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS fault (target TEXT PRIMARY KEY, mode TEXT NOT NULL, remaining INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS mail (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS mail_by_recipient ON mail (lower(recipient), seq);
  CREATE TABLE IF NOT EXISTS mail_key (key TEXT PRIMARY KEY, mail_id TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS feed (name TEXT PRIMARY KEY, text TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS turnstile_token (
    token TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    hostname TEXT NOT NULL,
    solved_at INTEGER NOT NULL,
    spent INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS turnstile_answer (
    key TEXT NOT NULL,
    token TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (key, token)
  ) WITHOUT ROWID;
`;

export type Store = {
  readonly sql: SqlStorage;
  transaction<T>(work: () => T): T;
  getNumber(name: string): number | null;
  setNumber(name: string, value: number): void;
};

export function openStore(storage: DurableObjectStorage): Store {
  const { sql } = storage;
  sql.exec(SCHEMA);
  return {
    sql,
    transaction: (work) => storage.transactionSync(work),
    getNumber(name) {
      const row = sql.exec<{ value: number }>('SELECT value FROM setting WHERE name = ?', name).toArray()[0];
      return row?.value ?? null;
    },
    setNumber(name, value) {
      sql.exec(
        'INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
        name,
        value,
      );
    },
  };
}
