import { DurableObject } from 'cloudflare:workers';
import { DAY } from '../kernel/clock.ts';
import {
  type Count,
  countAttempt,
  type Hold,
  type HoldAnswer,
  type LimiterStub,
  type LimitRule,
  type Taken,
} from './limiter.ts';

const TABLES = ['bucket', 'hold', 'claim'] as const;

/**
 * One object per subject (an address, an account, a code). Always true: a refused attempt changes
 * nothing, and an attempt that any of its rules refuses is counted by none of them; there are never more
 * live holds than were allowed.
 */
export class Limiter extends DurableObject implements LimiterStub {
  /** With its tables, which are gone whenever the alarm has emptied the storage under a living object. */
  get #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    sql.exec(
      `CREATE TABLE IF NOT EXISTS bucket (
         name TEXT PRIMARY KEY, count INTEGER NOT NULL, started_at INTEGER NOT NULL,
         blocked_until INTEGER NOT NULL, ends_at INTEGER NOT NULL
       ) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS hold (id TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS claim (
         name TEXT PRIMARY KEY, meaning TEXT NOT NULL, hold_id TEXT NOT NULL, ends_at INTEGER NOT NULL
       ) WITHOUT ROWID`,
    );
    return sql;
  }

  async take(rules: readonly LimitRule[], nowMs: number): Promise<Taken> {
    const taken = this.ctx.storage.transactionSync(() => this.#take(rules, nowMs));
    await this.#wakeSometime();
    return taken;
  }

  async hold(hold: Hold, nowMs: number): Promise<HoldAnswer> {
    const answer = this.ctx.storage.transactionSync(() => this.#hold(hold, nowMs));
    await this.#wakeSometime();
    return answer;
  }

  async release(id: string): Promise<void> {
    this.#sql.exec('DELETE FROM hold WHERE id = ?', id);
    await this.#leaveIfEmpty();
  }

  /** Given back in full, nothing is left: that somebody came in is not to be seen from the room they take. */
  async clear(names: readonly string[]): Promise<void> {
    for (const name of names) this.#sql.exec('DELETE FROM bucket WHERE name = ?', name);
    if (names.length > 0) await this.#leaveIfEmpty();
  }

  /** Forgets what has run out. Windows run on the caller's clock, which is never behind this one. */
  override async alarm(): Promise<void> {
    for (const table of TABLES) this.#sql.exec(`DELETE FROM ${table} WHERE ends_at < ?`, Date.now());
    if (!(await this.#leaveIfEmpty())) await this.ctx.storage.setAlarm(Date.now() + DAY);
  }

  async #wakeSometime(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + DAY);
  }

  async #leaveIfEmpty(): Promise<boolean> {
    if (TABLES.some((table) => this.#sql.exec(`SELECT 1 FROM ${table} LIMIT 1`).toArray().length > 0))
      return false;
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

  #hold({ id, limit, expiresAt, claim }: Hold, nowMs: number): HoldAnswer {
    const sql = this.#sql;
    const known = sql
      .exec<{ meaning: string; hold_id: string }>(
        'SELECT meaning, hold_id FROM claim WHERE name = ? AND ends_at > ?',
        claim.name,
        nowMs,
      )
      .toArray()[0];
    if (known && known.meaning !== claim.meaning) return 'claimed_otherwise';
    const live = sql
      .exec<{ id: string }>('SELECT id FROM hold WHERE ends_at > ?', nowMs)
      .toArray()
      .map((row) => row.id);
    if (known) return { id: known.hold_id, isLive: live.includes(known.hold_id) };
    if (live.length >= limit) return 'full';
    sql.exec('INSERT INTO hold (id, ends_at) VALUES (?, ?)', id, expiresAt);
    sql.exec(
      'INSERT OR REPLACE INTO claim (name, meaning, hold_id, ends_at) VALUES (?, ?, ?, ?)',
      claim.name,
      claim.meaning,
      id,
      claim.expiresAt,
    );
    return { id, isLive: true };
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
