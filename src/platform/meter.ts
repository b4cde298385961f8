import { Fault } from '../kernel/errors.ts';

/**
 * Counts what a request costs: round trips to D1, KV and Durable Objects, and the rows that D1 touched.
 * The bindings are wrapped, so a verb cannot spend anything that is not counted.
 */
export type Tally = {
  d1Trips: number;
  rowsRead: number;
  rowsWritten: number;
  kvReads: number;
  kvWrites: number;
  limiterHops: number;
  bookHops: number;
};

export const newTally = (): Tally => ({
  d1Trips: 0,
  rowsRead: 0,
  rowsWritten: 0,
  kvReads: 0,
  kvWrites: 0,
  limiterHops: 0,
  bookHops: 0,
});

/** The name of a failed CHECK, or `table.column` of a failed UNIQUE or NOT NULL; null when no constraint failed. */
export function brokenConstraint(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const match = /(?:CHECK|UNIQUE|NOT NULL) constraint failed: ([a-z0-9_.]+)/.exec(cause.message);
    if (match?.[1]) return match[1];
  }
  return null;
}

/** D1's binding with every trip counted. `raw` goes through `all`, the only answer that tells rows read. */
export function meterD1(database: D1Database, tally: Tally): D1Database {
  const trip = async <T>(send: () => Promise<T>): Promise<T> => {
    tally.d1Trips += 1;
    try {
      return await send();
    } catch (error) {
      throw brokenConstraint(error) === null ? new Fault('database', error) : error;
    }
  };
  const inner = new WeakMap<object, D1PreparedStatement>();

  const count = <T>(result: D1Result<T>): D1Result<T> => {
    tally.rowsRead += result.meta.rows_read;
    tally.rowsWritten += result.meta.rows_written;
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const run = async <T>(): Promise<D1Result<T>> => {
      return count(await trip(() => statement.all<T>()));
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: run,
      run,
      raw: async () => (await run<Record<string, unknown>>()).results.map((row) => Object.values(row)),
      first: async (column?: string) => {
        const row = (await run<Record<string, unknown>>()).results[0];
        return row === undefined ? null : column === undefined ? row : row[column];
      },
    } as D1PreparedStatement;
    inner.set(wrapped, statement);
    return wrapped;
  };

  return {
    prepare: (query: string) => wrap(database.prepare(query)),
    async batch<T>(statements: D1PreparedStatement[]) {
      const bare = statements.map((statement) => inner.get(statement) ?? statement);
      return (await trip(() => database.batch<T>(bare))).map(count);
    },
  } as D1Database;
}

export type Kv = Pick<KVNamespace, 'get' | 'put' | 'delete'>;

export function meterKv(namespace: KVNamespace, tally: Tally): Kv {
  return {
    get: ((...args: Parameters<KVNamespace['get']>) => {
      tally.kvReads += 1;
      return namespace.get(...args);
    }) as KVNamespace['get'],
    put: (...args) => {
      tally.kvWrites += 1;
      return namespace.put(...args);
    },
    delete: ((key: string) => {
      tally.kvWrites += 1;
      return namespace.delete(key);
    }) as KVNamespace['delete'],
  };
}
