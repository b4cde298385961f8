export type Row = Record<string, SqlStorageValue>;

/** How a book's tables are asked. */
export abstract class Shelf {
  protected readonly sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.sql = storage.sql;
  }

  /** Of a table whose rows are documents. */
  protected values<T>(where: string, key: string): T[] {
    return this.all<{ value: string }>(`SELECT value FROM ${where}`, key).map(
      ({ value }) => JSON.parse(value) as T,
    );
  }

  protected all<T extends Row>(query: string, ...values: SqlStorageValue[]): T[] {
    return this.sql.exec<T>(query, ...values).toArray();
  }

  protected one<T extends Row>(query: string, ...values: SqlStorageValue[]): T | null {
    return this.all<T>(query, ...values)[0] ?? null;
  }
}
