import { addNights, type Night } from '../../kernel/stay.ts';
import type { Rates } from '../../pricing/index.ts';
import type { Facts, HeldStay, ImportedBlock, NightOverride } from '../facts.ts';
import { DEFAULT_RULES, MAX_PREPARATION_NIGHTS, type Rules } from '../schemas.ts';

export type Head = { readonly epoch: number; readonly version: number };
export type CalendarHead = { readonly version: number; readonly changedAt: number };
/** A document and the number of times it was written; 0 for one that never was. */
export type Versioned<T> = { readonly version: number; readonly value: T };
export type Documents = { facts: StoredFacts; rates: Rates; rules: Rules };
/** `contentVersion` is the description's, as of which the book was told. */
export type StoredFacts = Facts & { readonly contentVersion: number };
export type OutboxRow = {
  readonly seq: number;
  readonly kind: string;
  readonly subject: string;
  readonly body: string;
  readonly attempts: number;
};
export type FeedBlock = ImportedBlock & { readonly feedId: string };

type Row = Record<string, SqlStorageValue>;

/** All that may be asked of a book's storage. Nothing in it writes. */
export class Reader {
  protected readonly sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.sql = storage.sql;
  }

  head(): Head {
    return this.one<{ epoch: number; version: number }>('SELECT epoch, version FROM head') as Head;
  }

  /** Since when, and for the how manieth time, the nights are taken as they are. */
  calendarHead(): CalendarHead {
    return this.one<CalendarHead & Row>(
      'SELECT calendar_version AS version, calendar_changed_at AS changedAt FROM head',
    ) as CalendarHead;
  }

  facts(): StoredFacts | null {
    return this.document('facts')?.value ?? null;
  }

  rates(): Versioned<Rates | null> {
    return this.document('rates') ?? { version: 0, value: null };
  }

  rules(): Versioned<Rules> {
    return this.document('rules') ?? { version: 0, value: DEFAULT_RULES };
  }

  /** Of the nights from `from` to before `to`. */
  overrides(from: Night, to: Night): Map<Night, NightOverride> {
    const rows = this.all<{ night: Night; value: string }>(
      'SELECT night, value FROM night_override WHERE night >= ? AND night < ?',
      from,
      to,
    );
    return new Map(rows.map(({ night, value }) => [night, JSON.parse(value) as NightOverride]));
  }

  /** Stays that are in, or near enough to prepare in, the nights from `from` to before `to`. */
  stays(from: Night, to: Night): HeldStay[] {
    return this.all<HeldStay & Row>(
      `SELECT booking_id AS bookingId, kind, check_in AS checkIn, check_out AS checkOut, expires_at AS expiresAt
       FROM stay WHERE check_in < ? AND check_out > ? ORDER BY check_in`,
      addNights(to, MAX_PREPARATION_NIGHTS),
      addNights(from, -MAX_PREPARATION_NIGHTS),
    );
  }

  hasStayAfter(night: Night, nowMs: number): boolean {
    const held = this.one(
      'SELECT 1 AS found FROM stay WHERE check_out > ? AND (expires_at IS NULL OR expires_at > ?) LIMIT 1',
      night,
      nowMs,
    );
    return held !== null;
  }

  imported(from: Night, to: Night): FeedBlock[] {
    return this.all<FeedBlock & Row>(
      `SELECT feed_id AS feedId, uid, from_night AS "from", to_night AS "to"
       FROM import_block WHERE from_night < ? AND to_night > ? ORDER BY from_night, feed_id`,
      to,
      from,
    );
  }

  importedBy(feedId: string): ImportedBlock[] {
    return this.all<ImportedBlock & Row>(
      `SELECT uid, from_night AS "from", to_night AS "to" FROM import_block WHERE feed_id = ? ORDER BY from_night`,
      feedId,
    );
  }

  outboxDue(nowMs: number, limit: number): OutboxRow[] {
    return this.all<OutboxRow & Row>(
      `SELECT seq, kind, subject, body, attempts FROM outbox
       WHERE parked = 0 AND next_attempt_at <= ? ORDER BY seq LIMIT ?`,
      nowMs,
      limit,
    );
  }

  nextAttemptAt(): number | null {
    const row = this.one<{ at: number | null }>(
      'SELECT min(next_attempt_at) AS at FROM outbox WHERE parked = 0',
    );
    return row?.at ?? null;
  }

  parkedCount(): number {
    return this.one<{ n: number }>('SELECT count(*) AS n FROM outbox WHERE parked = 1')?.n ?? 0;
  }

  protected document<Name extends keyof Documents>(name: Name): Versioned<Documents[Name]> | null {
    const row = this.one<{ version: number; value: string }>(
      'SELECT version, value FROM document WHERE name = ?',
      name,
    );
    return row && { version: row.version, value: JSON.parse(row.value) as Documents[Name] };
  }

  protected all<T extends Row>(query: string, ...values: SqlStorageValue[]): T[] {
    return this.sql.exec<T>(query, ...values).toArray();
  }

  protected one<T extends Row>(query: string, ...values: SqlStorageValue[]): T | null {
    return this.all<T>(query, ...values)[0] ?? null;
  }
}
