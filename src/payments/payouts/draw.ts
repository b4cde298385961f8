import { type Drawing, type Drawn, sendableOf } from './host-balance.ts';

export const BALANCE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS balance (currency TEXT PRIMARY KEY, amount INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS drawing (key TEXT PRIMARY KEY, amount INTEGER NOT NULL, sent INTEGER NOT NULL,
    currency TEXT NOT NULL, provider TEXT, destination TEXT, undone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;`;

type Sql = Pick<SqlStorage, 'exec'>;
type Row = Omit<Drawn, 'left' | 'state'> & { currency: string; undone: number };

/**
 * One drawing, within a transaction of whoever calls. Null when there is nowhere to send it. What an earlier
 * attempt has drawn, and nobody has refused, may be on its way: then it is that one which goes on. One that has
 * drawn nothing draws nothing any more, however late somebody asks for it.
 */
export function draw(sql: Sql, { key, instead, amount, currency, to }: Drawing): Drawn | null {
  const known = find(sql, key);
  if (known !== null) return shown(sql, known, to);
  const before = instead === null ? null : find(sql, instead);
  if (before?.undone === 0) return shown(sql, before, to);
  if (instead !== null && before === null) close(sql, instead, currency);
  if (to === null && amount >= 0) return null;

  const balance = balanceIn(sql, currency) + amount;
  const sent = sendableOf(balance, to);
  const [provider, destination] = to && sent > 0 ? [to.provider, to.destination] : [null, null];
  setBalance(sql, currency, balance - sent);
  sql.exec(
    'INSERT INTO drawing (key, amount, sent, currency, provider, destination) VALUES (?, ?, ?, ?, ?, ?)',
    ...[key, amount, sent, currency, provider, destination],
  );
  const left = sendableOf(balance - sent, to) > 0;
  return { state: 'new', key, amount, sent, provider, destination, left };
}

/** The provider will not send it, now or ever, under this key. */
export function refuseDrawing(sql: Sql, key: string): void {
  const known = find(sql, key);
  if (known === null || known.undone !== 0) return;
  setBalance(sql, known.currency, balanceIn(sql, known.currency) - known.amount + known.sent);
  sql.exec('UPDATE drawing SET undone = 1 WHERE key = ?', key);
}

function close(sql: Sql, key: string, currency: string): void {
  sql.exec('INSERT INTO drawing (key, amount, sent, currency, undone) VALUES (?, 0, 0, ?, 1)', key, currency);
}

function shown(sql: Sql, { currency, undone, ...drawn }: Row, to: Drawing['to']): Drawn {
  const left = sendableOf(balanceIn(sql, currency), to) > 0;
  return { ...drawn, state: undone === 0 ? 'known' : 'undone', left };
}

function find(sql: Sql, key: string): Row | null {
  const query =
    'SELECT key, amount, sent, currency, provider, destination, undone FROM drawing WHERE key = ?';
  return (sql.exec(query, key).toArray()[0] as Row | undefined) ?? null;
}

export function balanceIn(sql: Sql, currency: string): number {
  const query = 'SELECT amount FROM balance WHERE currency = ?';
  return Number(sql.exec(query, currency).toArray()[0]?.amount ?? 0);
}

function setBalance(sql: Sql, currency: string, amount: number): void {
  const query = `INSERT INTO balance (currency, amount) VALUES (?, ?)
    ON CONFLICT (currency) DO UPDATE SET amount = excluded.amount`;
  sql.exec(query, currency, amount);
}
