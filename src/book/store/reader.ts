import { DAY } from '../../kernel/clock.ts';
import type { Night, Stay } from '../../kernel/stay.ts';
import type { Guests, Rates } from '../../pricing/index.ts';
import type { Facts, HeldStay, ImportedBlock, NightOverride } from '../facts.ts';
import { DEFAULT_RULES, type Rules } from '../schemas.ts';
import type { Booking } from '../stays/booking.ts';
import { MoneyReader } from './money-reader.ts';
import type { Row } from './shelf.ts';
import { BOOKING_DIGEST, ledgerDigest, type Tallies, type Tally } from './tallies.ts';

export type Head = { readonly epoch: number; readonly version: number };
/** The one row of `head`. */
export type HeadRow = Head & {
  readonly seq: number;
  readonly calendarVersion: number;
  readonly calendarChangedAt: number;
};
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

export type DueKind = 'booking' | 'offer' | 'payment' | 'payout' | 'effect' | 'look';
export type BookEvent = {
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous: Readonly<Record<string, unknown>> | null;
};

/** Somebody who wants nights that are taken, with whoever comes along. */
export type Waiting = {
  readonly id: string;
  readonly guestId: string;
  readonly stay: Stay;
  readonly guests: Guests;
  /** While the nights are kept for them. */
  readonly offeredUntil: number | null;
};
type WaitingRow = {
  id: string;
  guest_id: string;
  check_in: Night;
  check_out: Night;
  value: string;
  offered_until: number | null;
};

export const ANSWER_LIFE_MS = DAY;
export const EVENT_LIFE_MS = 90 * DAY;

const LEDGER_DIGEST = ledgerDigest("value ->> '$.at'", (account) => `value ->> '$.lines.${account}'`);
const STAY =
  'booking_id AS bookingId, kind, check_in AS checkIn, check_out AS checkOut, expires_at AS expiresAt';

type DocumentRow = { name: keyof Documents; version: number; value: string };
/** Documents as they were parsed last, with the text that they were parsed from: no other is believed. */
export type Parsed = Map<string, { readonly text: string; readonly value: unknown }>;

/** All that may be asked of a book's storage. Nothing in it writes. */
export class Reader extends MoneyReader {
  protected documents: readonly DocumentRow[] | null = null;
  readonly #parsed: Parsed;

  constructor(storage: DurableObjectStorage, parsed: Parsed = new Map()) {
    super(storage);
    this.#parsed = parsed;
  }

  head(): Head {
    const { epoch, version } = this.headRow();
    return { epoch, version };
  }

  /** Since when, and for the how manieth time, the nights are taken as they are. */
  calendarHead(): CalendarHead {
    const { calendarVersion, calendarChangedAt } = this.headRow();
    return { version: calendarVersion, changedAt: calendarChangedAt };
  }

  seq(): number {
    return this.headRow().seq;
  }

  protected headRow(): HeadRow {
    return this.one<HeadRow & Row>(
      `SELECT epoch, version, seq, calendar_version AS calendarVersion, calendar_changed_at AS calendarChangedAt
       FROM head`,
    ) as HeadRow;
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

  /**
   * Stays with a night between `from` and `to`. They never overlap, so of those that begin before `from` only
   * the last can reach into it, and no other is read.
   */
  stays(from: Night, to: Night): HeldStay[] {
    return this.all<HeldStay & Row>(
      `SELECT * FROM (SELECT ${STAY} FROM stay WHERE check_in <= ?2 ORDER BY check_in DESC LIMIT 1)
         WHERE checkOut > ?2
       UNION ALL
       SELECT * FROM (SELECT ${STAY} FROM stay WHERE check_in > ?2 AND check_in < ?1 ORDER BY check_in)`,
      to,
      from,
    );
  }

  hasHostsNights(): boolean {
    const said = this.one(
      'SELECT 1 AS found FROM night_override UNION ALL SELECT 1 FROM import_block LIMIT 1',
    );
    return said !== null;
  }

  hasOwnPriceFrom(night: Night): boolean {
    const priced = this.one(
      "SELECT 1 AS found FROM night_override WHERE night >= ? AND value ->> 'price' IS NOT NULL LIMIT 1",
      night,
    );
    return priced !== null;
  }

  booking(id: string): Booking | null {
    const row = this.one<{ value: string }>('SELECT value FROM booking WHERE id = ?', id);
    return row && (JSON.parse(row.value) as Booking);
  }

  bookings(): Booking[] {
    return this.all<{ value: string }>('SELECT value FROM booking ORDER BY id').map(
      ({ value }) => JSON.parse(value) as Booking,
    );
  }

  tallies(): Tallies {
    const tally = (digest: string, table: string) =>
      this.one<Tally & Row>(`SELECT count(*) AS count, ${digest} AS digest FROM ${table}`) as Tally;
    return { bookings: tally(BOOKING_DIGEST, 'booking'), entries: tally(LEDGER_DIGEST, 'ledger') };
  }

  unpaidOf(guestId: string): number {
    return (
      this.one<{ n: number }>(
        'SELECT count(*) AS n FROM booking WHERE guest_id = ? AND is_unpaid = 1',
        guestId,
      )?.n ?? 0
    );
  }

  promotionUses(code: string): number {
    return this.one<{ n: number }>('SELECT count(*) AS n FROM promotion_use WHERE code = ?', code)?.n ?? 0;
  }

  waiting(id: string): Waiting | null {
    return this.#toWaiting('WHERE id = ?', id)[0] ?? null;
  }

  /** Who waits for any of these nights, the first come first. */
  waitingFor({ checkIn, checkOut }: Stay): Waiting[] {
    return this.#toWaiting('WHERE check_in < ? AND check_out > ? ORDER BY id', checkOut, checkIn);
  }

  waitingOf(guestId: string): Waiting[] {
    return this.#toWaiting('WHERE guest_id = ? ORDER BY id', guestId);
  }

  waitingCount(): number {
    return this.one<{ n: number }>('SELECT count(*) AS n FROM waiting')?.n ?? 0;
  }

  #toWaiting(where: string, ...values: SqlStorageValue[]): Waiting[] {
    const rows = this.all<WaitingRow>(
      `SELECT id, guest_id, check_in, check_out, value, offered_until FROM waiting ${where}`,
      ...values,
    );
    return rows.map((row) => ({
      id: row.id,
      guestId: row.guest_id,
      stay: { checkIn: row.check_in, checkOut: row.check_out },
      guests: JSON.parse(row.value) as Guests,
      offeredUntil: row.offered_until,
    }));
  }

  /** The first thing that the clock has to do up to now. */
  firstDue(nowMs: number): { kind: DueKind; subject: string } | null {
    return this.one<{ kind: DueKind; subject: string }>(
      'SELECT kind, subject FROM due WHERE at <= ? ORDER BY at, kind, subject LIMIT 1',
      nowMs,
    );
  }

  /** When the clock has something to do, and when something wants to leave. */
  nextMoments(): { readonly dueAt: number | null; readonly attemptAt: number | null } {
    return this.one<{ dueAt: number | null; attemptAt: number | null }>(
      `SELECT (SELECT at FROM due ORDER BY at LIMIT 1) AS dueAt,
         (SELECT min(next_attempt_at) FROM outbox WHERE parked = 0) AS attemptAt`,
    ) as { dueAt: number | null; attemptAt: number | null };
  }

  /** What was answered to this scope at most a day ago. */
  answer(scope: string, nowMs: number): { fingerprint: string; response: string } | null {
    return this.one<{ fingerprint: string; response: string }>(
      'SELECT fingerprint, response FROM idempotency WHERE scope = ? AND at > ?',
      scope,
      nowMs - ANSWER_LIFE_MS,
    );
  }

  events(after: number, limit: number): BookEvent[] {
    const rows = this.all<Record<string, SqlStorageValue>>(
      `SELECT seq, type, at, actor_kind AS actorKind, actor_id AS actorId, data, previous FROM event
       WHERE seq > ? ORDER BY seq LIMIT ?`,
      after,
      limit,
    );
    return rows.map(
      ({ data, previous, ...row }) =>
        ({
          ...row,
          data: JSON.parse(String(data)),
          previous: previous === null ? null : JSON.parse(String(previous)),
        }) as BookEvent,
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

  parkedCount(): number {
    return this.one<{ n: number }>('SELECT count(*) AS n FROM outbox WHERE parked = 1')?.n ?? 0;
  }

  protected document<Name extends keyof Documents>(name: Name): Versioned<Documents[Name]> | null {
    this.documents ??= this.all<DocumentRow>('SELECT name, version, value FROM document');
    const row = this.documents.find((one) => one.name === name);
    if (row === undefined) return null;
    let known = this.#parsed.get(name);
    if (known?.text !== row.value) {
      known = { text: row.value, value: JSON.parse(row.value) };
      this.#parsed.set(name, known);
    }
    return { version: row.version, value: known.value as Documents[Name] };
  }
}
