import { expect } from 'vitest';

/**
 * What the book relies on in its storage, as far as it can be asked synchronously. Asked of the runtime
 * and of the simulator's double, so that the one stays an image of the other.
 */
type Asked = Pick<DurableObjectStorage, 'sql' | 'transactionSync'>;

const valuesOf = ({ sql }: Asked) =>
  sql
    .exec('SELECT value FROM fact ORDER BY value')
    .toArray()
    .map(({ value }) => value);
const put = ({ sql }: Asked, value: number) => sql.exec('INSERT INTO fact (value) VALUES (?)', value);

export const STORAGE_FACTS: Readonly<Record<string, (storage: Asked) => void>> = {
  'a throw inside a transaction undoes all of it'(storage) {
    expect(() =>
      storage.transactionSync(() => {
        put(storage, 1);
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(valuesOf(storage)).toEqual([]);
  },
  'a throw outside of one undoes nothing'(storage) {
    expect(() => {
      put(storage, 1);
      throw new Error('outside');
    }).toThrow('outside');
    expect(valuesOf(storage)).toEqual([1]);
  },
  'a transaction reads what it wrote, and gives back what it is told to'(storage) {
    const seen = storage.transactionSync(() => {
      put(storage, 1);
      return valuesOf(storage);
    });
    expect(seen).toEqual([1]);
  },
  'a constraint that fails undoes all of it'(storage) {
    expect(() =>
      storage.transactionSync(() => {
        put(storage, 1);
        put(storage, 2);
        put(storage, 1);
      }),
    ).toThrow(/UNIQUE/);
    expect(valuesOf(storage)).toEqual([]);
  },
  'of two rows of one subject the later one replaces the earlier, under a new number'(storage) {
    const post = () => storage.sql.exec("INSERT OR REPLACE INTO post (subject) VALUES ('a')");
    post();
    post();
    expect(storage.sql.exec('SELECT seq FROM post').toArray()).toEqual([{ seq: 2 }]);
  },
};

export function layGround({ sql }: Asked): void {
  sql.exec('DROP TABLE IF EXISTS fact; DROP TABLE IF EXISTS post;');
  sql.exec(`CREATE TABLE fact (value INTEGER PRIMARY KEY);
    CREATE TABLE post (seq INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT UNIQUE);`);
}
