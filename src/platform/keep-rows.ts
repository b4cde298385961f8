import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { IndexColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from './database.ts';

type Value = string | number | null;
/** A row whose documents are texts already. */
export type Row<T extends SQLiteTable> = { readonly [Key in keyof T['$inferInsert']]: Value };
type Rule = { readonly target: IndexColumn | IndexColumn[]; readonly setWhere: SQL };

/** Puts rows in the place of older ones: one statement and one parameter, however many they are. */
export function keepRows<T extends SQLiteTable>(
  db: Database,
  table: T,
  rows: readonly Row<T>[],
  { target, setWhere }: Rule,
): BatchItem<'sqlite'>[] {
  const columns = Object.entries(getTableColumns(table));
  const values = rows.map((row) => columns.map(([key]) => (row as Record<string, Value>)[key]));
  const told = sql.raw(columns.map((_, index) => `value ->> ${index}`).join(', '));
  const set = Object.fromEntries(columns.map(([key, { name }]) => [key, sql.raw(`excluded.${name}`)]));
  return [
    db
      .insert(table)
      .select(sql`SELECT ${told} FROM json_each(${JSON.stringify(values)}) WHERE true`)
      .onConflictDoUpdate({ target, set: set as never, setWhere }),
  ];
}
