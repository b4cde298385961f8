import { readFileSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { LiveRow } from '../../src/search/to-row.ts';
import { writeLive } from '../../src/search/write-index.ts';

/** The index over node:sqlite, which has the same tables as D1 and answers within the process. */
type Statement = { readonly query: string; readonly values: SQLInputValue[] };
export type Index = { readonly db: D1Database; trips: number };

const SCHEMA = readFileSync('migrations/search/0000_listing.sql', 'utf8');
const ROWS_AT_ONCE = 200;

export async function openIndex(rows: readonly LiveRow[]): Promise<Index> {
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(SCHEMA);
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const run = ({ query, values }: Statement) => {
    let statement = prepared.get(query);
    if (!statement) prepared.set(query, (statement = sqlite.prepare(query)));
    if (prepared.size > 200) prepared.clear();
    return { results: statement.all(...values), success: true, meta: { rows_read: 0, rows_written: 0 } };
  };
  const wrap = (statement: Statement): object => {
    const ask = async () => {
      index.trips += 1;
      return run(statement);
    };
    const bind = (...values: SQLInputValue[]) => wrap({ ...statement, values });
    return { ...statement, bind, all: ask, run: ask };
  };
  const index: Index = {
    trips: 0,
    db: {
      prepare: (query: string) => wrap({ query, values: [] }),
      async batch(statements: Statement[]) {
        index.trips += 1;
        return statements.map(run);
      },
    } as unknown as D1Database,
  };
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await writeLive(index.db, rows.slice(at, at + ROWS_AT_ONCE));
  return index;
}
