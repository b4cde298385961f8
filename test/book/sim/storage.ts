import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { applySchema } from '../../../src/book/store/schema.ts';

/**
 * The storage of a Durable Object over node:sqlite, as far as a book uses it and as the runtime was
 * measured to behave (calibration.worker.test.ts): a throw inside transactionSync undoes its writes and its
 * alarm, a throw outside of one undoes nothing.
 */
export type SimStorage = DurableObjectStorage & {
  alarmAt: number | null;
  /** Called before each statement and before each commit; what it throws is the end of the process. */
  onStatement: (() => void) | null;
  onCommit: (() => void) | null;
  /** All that is in it, and back to that. */
  contents(): Uint8Array;
  save(): Saved;
  restore(saved: Saved): void;
};
export type Saved = { readonly alarmAt: number | null; readonly tables: SavedTables };
type SavedTables = readonly (readonly [table: string, rows: readonly Record<string, SQLInputValue>[]])[];

let opened: Uint8Array | null = null;

/** With the tables of a book, made once and copied then. */
export function openBookStorage(): SimStorage {
  if (opened) return openStorage(opened);
  const storage = openStorage();
  applySchema(storage);
  opened = storage.contents();
  return storage;
}

export function openStorage(contents?: Uint8Array): SimStorage {
  const db = new DatabaseSync(':memory:');
  if (contents) db.deserialize(contents);
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const exec = (query: string, ...values: SQLInputValue[]) => {
    storage.onStatement?.();
    if (values.length === 0 && query.trimEnd().endsWith(';')) {
      db.exec(query);
      return { toArray: () => [] };
    }
    let statement = prepared.get(query);
    if (!statement) prepared.set(query, (statement = db.prepare(query)));
    const rows = statement.all(...values);
    return { toArray: () => rows, one: () => rows[0] };
  };
  const storage = {
    alarmAt: null as number | null,
    onStatement: null as (() => void) | null,
    onCommit: null as (() => void) | null,
    sql: { exec },
    transactionSync<T>(work: () => T): T {
      const { alarmAt } = storage;
      db.exec('BEGIN');
      try {
        const result = work();
        storage.onCommit?.();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        db.exec('ROLLBACK');
        storage.alarmAt = alarmAt;
        throw error;
      }
    },
    contents: () => db.serialize(),
    save: (): Saved => ({ alarmAt: storage.alarmAt, tables: saveTables(db) }),
    restore({ alarmAt, tables }: Saved): void {
      restoreTables(db, tables);
      storage.alarmAt = alarmAt;
    },
  };
  return storage as unknown as SimStorage;
}

export function saveTables(db: DatabaseSync): SavedTables {
  return tablesOf(db).map((name) => [
    name,
    db.prepare(`SELECT * FROM ${name}`).all() as Record<string, SQLInputValue>[],
  ]);
}

export function restoreTables(db: DatabaseSync, tables: SavedTables): void {
  const triggers = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all();
  db.exec('BEGIN');
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  for (const name of tablesOf(db)) db.exec(`DELETE FROM ${name}`);
  for (const [name, rows] of tables) {
    const columns = Object.keys(rows[0] ?? {});
    const insert = `INSERT INTO ${name} (${columns}) VALUES (${columns.map(() => '?')})`;
    for (const row of rows) db.prepare(insert).run(...Object.values(row));
  }
  for (const { sql } of triggers) db.exec(String(sql));
  db.exec('COMMIT');
}

/** `sqlite_sequence` comes last: to write into the others changes it. */
const tablesOf = (db: DatabaseSync): string[] =>
  db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name = 'sqlite_sequence', name")
    .all()
    .map(({ name }) => String(name));
