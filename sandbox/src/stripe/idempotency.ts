import type { Store } from '../store.ts';
import { StripeRefusal } from './errors.ts';

const KEPT_MS = 86_400_000;

type Row = { endpoint: string; params: string; status: number; answer: string };
export type Answer = { status: number; text: string; isReplayed: boolean };

/**
 * The first answer to a key is the answer to it for 24 hours, be it good or bad. Only what is refused for its
 * parameters alone is as if it had not been asked.
 */
export function createKeys({ sql }: Store) {
  return {
    find(key: string, endpoint: string, params: string, nowMs: number): Answer | null {
      sql.exec('DELETE FROM stripe_key WHERE created_at <= ?', nowMs - KEPT_MS);
      const row = sql.exec<Row>('SELECT * FROM stripe_key WHERE key = ?', key).toArray()[0];
      if (!row) return null;
      if (row.endpoint !== endpoint)
        throw reused(
          `for the same endpoint they were first used for ('${row.endpoint}' vs '${endpoint}')`,
          key,
        );
      if (row.params !== params) throw reused('with the same parameters they were first used with', key);
      return { status: row.status, text: row.answer, isReplayed: true };
    },

    keep(key: string, endpoint: string, params: string, nowMs: number, answer: Answer): void {
      sql.exec(
        'INSERT INTO stripe_key VALUES (?, ?, ?, ?, ?, ?)',
        ...[key, endpoint, params, answer.status, answer.text, nowMs],
      );
    },
  };
}

const reused = (how: string, key: string) =>
  new StripeRefusal(
    400,
    `Keys for idempotent requests can only be used ${how}. Try using a key other than '${key}' if you meant to execute a different request.`,
    { type: 'idempotency_error' },
    true,
  );
