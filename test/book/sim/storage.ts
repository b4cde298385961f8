import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/**
 * The storage of a Durable Object over node:sqlite, as far as a book uses it and as the runtime was
 * measured to behave (calibration.worker.test.ts): a throw inside transactionSync undoes its writes and its
 * alarm, a throw outside of one undoes nothing.
 */
export type SimStorage = DurableObjectStorage & { alarmAt: number | null };

export function openStorage(): SimStorage {
  const db = new DatabaseSync(':memory:');
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const exec = (query: string, ...values: SQLInputValue[]) => {
    if (values.length === 0 && query.trimEnd().endsWith(';')) {
      db.exec(query);
      return { toArray: () => [] };
    }
    let statement = prepared.get(query);
    if (!statement) prepared.set(query, (statement = db.prepare(query)));
    const rows = statement.all(...values).map((row) => ({ ...row }));
    return { toArray: () => rows, one: () => rows[0] };
  };
  const storage = {
    alarmAt: null as number | null,
    sql: { exec },
    transactionSync<T>(work: () => T): T {
      const { alarmAt } = storage;
      db.exec('BEGIN');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        db.exec('ROLLBACK');
        storage.alarmAt = alarmAt;
        throw error;
      }
    },
  };
  return storage as unknown as SimStorage;
}
