import { DurableObject } from 'cloudflare:workers';
import { DAY } from '../kernel/clock.ts';
import { type Count, countAttempt, type LimiterStub, type LimitRule, type Taken } from './limiter.ts';

/**
 * One object per subject (an address, an account, a code). Always true: a refused attempt changes
 * nothing, and an attempt that any of its rules refuses is counted by none of them.
 */
export class Limiter extends DurableObject implements LimiterStub {
  /** With its table, which is gone whenever the alarm has emptied the storage under a living object. */
  get #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    sql.exec(
      `CREATE TABLE IF NOT EXISTS bucket (
         name TEXT PRIMARY KEY, count INTEGER NOT NULL, started_at INTEGER NOT NULL,
         blocked_until INTEGER NOT NULL, ends_at INTEGER NOT NULL
       ) WITHOUT ROWID`,
    );
    return sql;
  }

  async take(rules: readonly LimitRule[], nowMs: number): Promise<Taken> {
    const taken = this.ctx.storage.transactionSync(() => this.#take(rules, nowMs));
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + DAY);
    return taken;
  }

  /** Given back in full, nothing is left: that somebody came in is not to be seen from the room they take. */
  async clear(names: readonly string[]): Promise<void> {
    for (const name of names) this.#sql.exec('DELETE FROM bucket WHERE name = ?', name);
    if (names.length > 0) await this.#leaveIfEmpty();
  }

  /** Forgets what has run out. Windows run on the caller's clock, which is never behind this one. */
  override async alarm(): Promise<void> {
    this.#sql.exec('DELETE FROM bucket WHERE ends_at < ?', Date.now());
    if (!(await this.#leaveIfEmpty())) await this.ctx.storage.setAlarm(Date.now() + DAY);
  }

  async #leaveIfEmpty(): Promise<boolean> {
    const left = this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM bucket').one().n;
    if (left > 0) return false;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    return true;
  }

  #take(rules: readonly LimitRule[], nowMs: number): Taken {
    const counted: { rule: LimitRule; after: Count }[] = [];
    for (const rule of rules) {
      const result = countAttempt(this.#read(rule.name), rule, nowMs);
      if ('wait' in result) return { allowed: false, rule: rule.name, retryAfterSeconds: result.wait };
      counted.push({ rule, after: result.after });
    }
    for (const { rule, after } of counted) this.#write(rule, after);
    return {
      allowed: true,
      counts: Object.fromEntries(counted.map(({ rule, after }) => [rule.name, after.count])),
    };
  }

  #read(name: string): Count | null {
    const query = 'SELECT count, started_at, blocked_until FROM bucket WHERE name = ?';
    const row = this.#sql
      .exec<{ count: number; started_at: number; blocked_until: number }>(query, name)
      .toArray()[0];
    return row ? { count: row.count, startedAt: row.started_at, blockedUntil: row.blocked_until } : null;
  }

  #write(rule: LimitRule, { count, startedAt, blockedUntil }: Count): void {
    const endsAt = Math.max(startedAt + rule.windowSeconds * 1_000, blockedUntil);
    this.#sql.exec(
      `INSERT INTO bucket (name, count, started_at, blocked_until, ends_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET count = excluded.count, started_at = excluded.started_at,
         blocked_until = excluded.blocked_until, ends_at = excluded.ends_at`,
      rule.name,
      count,
      startedAt,
      blockedUntil,
      endsAt,
    );
  }
}
