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
  save(): Saved;
  restore(saved: Saved): void;
};
/** One that whoever comes next can have as if nobody had used it. */
export type LentStorage = SimStorage & { giveBack(): void };
export type Saved = { readonly alarmAt: number | null; readonly tables: SavedTables };
/** A transaction that may be inside of another. */
export const BEGIN = 'SAVEPOINT inner';
export const COMMIT = 'RELEASE inner';
const UNDO = 'ROLLBACK TO inner';
export const ROLLBACK = `${UNDO}; ${COMMIT}`;

type SavedTables = readonly (readonly [table: string, rows: readonly Record<string, SQLInputValue>[]])[];

const idle: LentStorage[] = [];

/**
 * With the tables of a book. To make them, and to prepare what is asked of them, costs as much as a short life: so a
 * life is one transaction, which is undone when it is over.
 */
export function lendBookStorage(): LentStorage {
  const storage = idle.pop() ?? newBookStorage();
  storage.sql.exec('BEGIN;');
  return storage;
}

function newBookStorage(): LentStorage {
  const storage = openStorage();
  applySchema(storage);
  const giveBack = () => {
    storage.onStatement = storage.onCommit = storage.alarmAt = null;
    storage.sql.exec('ROLLBACK;');
    idle.push(lent);
  };
  const lent: LentStorage = Object.assign(storage, { giveBack });
  return lent;
}

export function openStorage(): SimStorage {
  const db = new DatabaseSync(':memory:');
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepare = (query: string) => {
    let statement = prepared.get(query);
    if (!statement) prepared.set(query, (statement = db.prepare(query)));
    return statement;
  };
  const exec = (query: string, ...values: SQLInputValue[]) => {
    storage.onStatement?.();
    if (values.length === 0 && query.trimEnd().endsWith(';')) {
      db.exec(query);
      return { toArray: () => [] };
    }
    const rows = prepare(query).all(...values);
    return { toArray: () => rows, one: () => rows[0] };
  };
  const storage = {
    alarmAt: null as number | null,
    onStatement: null as (() => void) | null,
    onCommit: null as (() => void) | null,
    sql: { exec },
    transactionSync<T>(work: () => T): T {
      const { alarmAt } = storage;
      prepare(BEGIN).run();
      try {
        const result = work();
        storage.onCommit?.();
        prepare(COMMIT).run();
        return result;
      } catch (error) {
        prepare(UNDO).run();
        prepare(COMMIT).run();
        storage.alarmAt = alarmAt;
        throw error;
      }
    },
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
  db.exec(BEGIN);
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  for (const name of tablesOf(db)) db.exec(`DELETE FROM ${name}`);
  for (const [name, rows] of tables) {
    const columns = Object.keys(rows[0] ?? {});
    const insert = `INSERT INTO ${name} (${columns}) VALUES (${columns.map(() => '?')})`;
    for (const row of rows) db.prepare(insert).run(...Object.values(row));
  }
  for (const { sql } of triggers) db.exec(String(sql));
  db.exec(COMMIT);
}

/** `sqlite_sequence` comes last: to write into the others changes it. */
const tablesOf = (db: DatabaseSync): string[] =>
  db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name = 'sqlite_sequence', name")
    .all()
    .map(({ name }) => String(name));
