import { globSync, readFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { BEGIN, COMMIT, ROLLBACK, restoreTables, type Saved, saveTables } from './storage.ts';

/** What can happen to one call of D1. `lost`: it was done, and nobody heard. */
export type D1Fault = 'none' | 'down' | 'lost' | 'twice';

type Statement = { readonly query: string; readonly values: SQLInputValue[] };

const SCHEMA = globSync('migrations/main/*.sql')
  .sort()
  .map((file) => readFileSync(file, 'utf8'))
  .join('');
/** A database with what was prepared for it; who has it begins a transaction, and undoes it. */
type Migrated = {
  readonly db: DatabaseSync;
  readonly prepared: Map<string, ReturnType<DatabaseSync['prepare']>>;
};
const idle: Migrated[] = [];

function newDatabase(): Migrated {
  const db = new DatabaseSync(':memory:');
  db.exec(SCHEMA);
  return { db, prepared: new Map() };
}

/** D1 over node:sqlite: a batch is one transaction, whose answer may get lost on the way. */
export function openD1(faultOf: () => D1Fault) {
  const migrated = idle.pop() ?? newDatabase();
  const { db, prepared } = migrated;
  db.exec('BEGIN');
  const run = ({ query, values }: Statement) => {
    let statement = prepared.get(query);
    if (!statement) prepared.set(query, (statement = db.prepare(query)));
    const results = statement.all(...values);
    return { results, success: true, meta: { rows_read: 0, rows_written: 0 } };
  };
  const transact = (statements: readonly Statement[]) => {
    db.exec(BEGIN);
    try {
      const results = statements.map(run);
      db.exec(COMMIT);
      return results;
    } catch (error) {
      db.exec(ROLLBACK);
      throw new Error(`D1_ERROR: ${(error as Error).message}`);
    }
  };
  const sent: (readonly Statement[])[] = [];
  const call = async (statements: readonly Statement[]) => {
    const fault = faultOf();
    if (fault === 'down') throw new Error('D1_ERROR: network connection lost');
    sent.push(statements);
    const results = transact(statements);
    if (fault === 'twice') transact(statements);
    if (fault === 'lost') throw new Error('D1_ERROR: network connection lost');
    return results;
  };
  const wrap = (statement: Statement): object => ({
    ...statement,
    bind: (...values: SQLInputValue[]) => wrap({ ...statement, values }),
    all: async () => (await call([statement]))[0],
    run: async () => (await call([statement]))[0],
  });
  return {
    binding: {
      prepare: (query: string) => wrap({ query, values: [] }),
      batch: (statements: Statement[]) => call(statements),
    } as unknown as D1Database,
    /** A message from the past arrives once more. */
    repeat: (random: () => number) => {
      const old = sent[Math.floor(random() * sent.length)];
      if (old) transact(old);
    },
    giveBack: () => {
      db.exec('ROLLBACK');
      idle.push(migrated);
    },
    exec: (query: string) => db.exec(query),
    save: (): Saved['tables'] => saveTables(db),
    restore: (saved: Saved['tables']): void => restoreTables(db, saved),
    all: (query: string, ...values: SQLInputValue[]) =>
      db
        .prepare(query)
        .all(...values)
        .map((row) => ({ ...row })),
  };
}
