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

const TABLES = ['bucket', 'hold', 'claim', 'lapse'] as const;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, count INTEGER NOT NULL, started_at INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hold (subject TEXT NOT NULL, id TEXT NOT NULL, ends_at INTEGER NOT NULL,
    PRIMARY KEY (subject, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS claim (subject TEXT NOT NULL, name TEXT NOT NULL, meaning TEXT NOT NULL,
    hold_id TEXT NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (subject, name)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lapse (subject TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) WITHOUT ROWID`;

/**
 * The attempts of one subject (an address, an account, a code), or the holds of those that share a shard.
 * Always true: a refused attempt changes nothing, and an attempt that any of its rules refuses is counted by
 * none of them; nobody ever has more live holds than were allowed, and one subject is nothing to another.
 */
export class Limiter extends DurableObject implements LimiterStub {
  #hasTables = false;
  #hasAlarm = false;

  /** With its tables, which are gone whenever the storage was emptied under a living object. */
  get #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    if (!this.#hasTables) sql.exec(SCHEMA);
    this.#hasTables = true;
    return sql;
  }

  /** The tables are there before it begins: undone with it, they would be missed by the next. */
  #transact<T>(work: () => T): T {
    void this.#sql;
    return this.ctx.storage.transactionSync(work);
  }

  async take(rules: readonly LimitRule[], nowMs: number): Promise<Taken> {
    const taken = this.#transact(() => this.#take(rules, nowMs));
    await this.#wakeSometime();
    return taken;
  }

  async hold(subject: string, hold: Hold, nowMs: number): Promise<HoldAnswer> {
    const answer = this.#transact(() => this.#hold(subject, hold, nowMs));
    await this.#wakeSometime();
    return answer;
  }

  async release(subject: string, id: string, lapsedUntilMs?: number): Promise<void> {
    this.#sql.exec('DELETE FROM hold WHERE subject = ? AND id = ?', subject, id);
    if (lapsedUntilMs !== undefined)
      this.#sql.exec(
        `INSERT INTO lapse (subject, ends_at) VALUES (?, ?)
         ON CONFLICT (subject) DO UPDATE SET ends_at = max(ends_at, excluded.ends_at)`,
        subject,
        lapsedUntilMs,
      );
    await this.#leaveIfEmpty();
  }

  /** Given back in full, nothing is left: that somebody came in is not to be seen from the room they take. */
  async clear(names: readonly string[]): Promise<void> {
    for (const name of names) this.#sql.exec('DELETE FROM bucket WHERE name = ?', name);
    if (names.length > 0) await this.#leaveIfEmpty();
  }

  /** Forgets what has run out. Windows run on the caller's clock, which is never behind this one. */
  override async alarm(): Promise<void> {
    this.#hasAlarm = false;
    for (const table of TABLES) this.#sql.exec(`DELETE FROM ${table} WHERE ends_at < ?`, Date.now());
    if (!(await this.#leaveIfEmpty())) await this.#wakeSometime();
  }

  async #wakeSometime(): Promise<void> {
    if (this.#hasAlarm) return;
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + DAY);
    this.#hasAlarm = true;
  }

  /** Nobody comes between the look and the leaving: what they took would be gone. */
  async #leaveIfEmpty(): Promise<boolean> {
    if (TABLES.some((table) => this.#sql.exec(`SELECT 1 FROM ${table} LIMIT 1`).toArray().length > 0))
      return false;
    this.#hasTables = this.#hasAlarm = false;
    await Promise.all([this.ctx.storage.deleteAlarm(), this.ctx.storage.deleteAll()]);
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

  #hold(subject: string, { id, limit, expiresAt, challenged, claim }: Hold, nowMs: number): HoldAnswer {
    const sql = this.#sql;
    const known = sql
      .exec<{ meaning: string; hold_id: string }>(
        'SELECT meaning, hold_id FROM claim WHERE subject = ? AND name = ? AND ends_at > ?',
        subject,
        claim.name,
        nowMs,
      )
      .toArray()[0];
    if (known && known.meaning !== claim.meaning) return 'claimed_otherwise';
    const live = sql
      .exec<{ id: string }>('SELECT id FROM hold WHERE subject = ? AND ends_at > ?', subject, nowMs)
      .toArray()
      .map((row) => row.id);
    if (known) return { id: known.hold_id, isLive: live.includes(known.hold_id) };
    if (live.length >= limit) return 'full';
    if (!challenged && this.#hasLapsed(subject, nowMs)) return 'challenge';
    sql.exec('INSERT INTO hold (subject, id, ends_at) VALUES (?, ?, ?)', subject, id, expiresAt);
    sql.exec(
      'INSERT OR REPLACE INTO claim (subject, name, meaning, hold_id, ends_at) VALUES (?, ?, ?, ?, ?)',
      subject,
      claim.name,
      claim.meaning,
      id,
      claim.expiresAt,
    );
    return { id, isLive: true };
  }

  #hasLapsed(subject: string, nowMs: number): boolean {
    const query = 'SELECT 1 FROM lapse WHERE subject = ? AND ends_at > ?';
    return this.#sql.exec(query, subject, nowMs).toArray().length > 0;
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
