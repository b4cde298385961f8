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
  CREATE TABLE IF NOT EXISTS mail_header (seq INTEGER PRIMARY KEY, headers TEXT NOT NULL);
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
  CREATE TABLE IF NOT EXISTS delivery_fault (
    target TEXT PRIMARY KEY,
    mode TEXT NOT NULL,
    late_ms INTEGER NOT NULL,
    remaining INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    target TEXT NOT NULL,
    path TEXT NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    mode TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due_at);
  CREATE TABLE IF NOT EXISTS stripe_object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    data TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS stripe_object_by_kind ON stripe_object (kind, seq);
  CREATE INDEX IF NOT EXISTS stripe_object_of_payment ON stripe_object (kind, data ->> '$.metadata.paymentId');
  CREATE INDEX IF NOT EXISTS stripe_object_by_status ON stripe_object (kind, data ->> '$.status');
  CREATE INDEX IF NOT EXISTS stripe_object_of_intent ON stripe_object (kind, data ->> '$.payment_intent');
  CREATE TABLE IF NOT EXISTS stripe_key (
    key TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    params TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

export type Store = {
  readonly sql: SqlStorage;
  transaction<T>(work: () => T): T;
  getNumber(name: string): number | null;
  setNumber(name: string, value: number): void;
  /** In real time, as nothing else here is. */
  wakeAt(realMs: number): void;
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
    wakeAt: (realMs) => void storage.setAlarm(realMs),
  };
}
