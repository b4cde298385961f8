/**
 * The book's schema, as steps that are only ever added to: every book runs the steps that it has not run
 * yet when it wakes up, in one transaction.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL, version INTEGER NOT NULL);
   INSERT INTO head (only, epoch, version) VALUES (1, 1, 0);`,
];

export function applySchema(storage: DurableObjectStorage): void {
  storage.transactionSync(() => {
    storage.sql.exec('CREATE TABLE IF NOT EXISTS schema_step (step INTEGER PRIMARY KEY)');
    const done = storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM schema_step').one().n;
    for (const [index, step] of STEPS.entries()) {
      if (index < done) continue;
      storage.sql.exec(step);
      storage.sql.exec('INSERT INTO schema_step (step) VALUES (?)', index + 1);
    }
  });
}
