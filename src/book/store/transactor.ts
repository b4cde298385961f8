import type { Night } from '../../kernel/stay.ts';
import type { HeldStay, ImportedBlock, NightOverride } from '../facts.ts';
import type { Effect } from '../money/effect.ts';
import type { Entry } from '../money/ledger.ts';
import type { Payment } from '../money/payment.ts';
import type { Payout } from '../money/payout.ts';
import { type Booking, isUnpaid } from '../stays/booking.ts';
import {
  ANSWER_LIFE_MS,
  type BookEvent,
  type Documents,
  type DueKind,
  EVENT_LIFE_MS,
  type Head,
  type HeadRow,
  Reader,
  type Waiting,
} from './reader.ts';

/** A reader that may write. One is made for each command, inside its transaction. */
export class Transactor extends Reader {
  #head: HeadRow | null = null;
  #isHeadNew = false;

  /** Read once, and written once: by `close`. */
  protected override headRow(): HeadRow {
    this.#head ??= super.headRow();
    return this.#head;
  }

  #moveHead(to: Partial<HeadRow>): HeadRow {
    this.#isHeadNew = true;
    this.#head = { ...this.headRow(), ...to };
    return this.#head;
  }

  /** The last thing that is done in a transaction. */
  close(): void {
    if (!this.#isHeadNew) return;
    const { epoch, version, seq, calendarVersion, calendarChangedAt } = this.headRow();
    this.sql.exec(
      'UPDATE head SET epoch = ?, version = ?, seq = ?, calendar_version = ?, calendar_changed_at = ?',
      epoch,
      version,
      seq,
      calendarVersion,
      calendarChangedAt,
    );
  }

  /** Every command that changes something takes exactly one version. */
  grow(): Head {
    this.#moveHead({ version: this.headRow().version + 1 });
    return this.head();
  }

  /** Begins a new life of the book, of which every version is later than all of the lives before. */
  outlive(epoch: number): void {
    this.#moveHead({ epoch: epoch + 1 });
  }

  touchCalendar(nowMs: number): void {
    this.#moveHead({ calendarVersion: this.headRow().calendarVersion + 1, calendarChangedAt: nowMs });
  }

  write<Name extends keyof Documents>(name: Name, value: Documents[Name]): number {
    this.documents = null;
    const row = this.one<{ version: number }>(
      `INSERT INTO document (name, version, value) VALUES (?, 1, ?)
       ON CONFLICT (name) DO UPDATE SET version = version + 1, value = excluded.value RETURNING version`,
      name,
      JSON.stringify(value),
    );
    return row?.version ?? 0;
  }

  /** A night of which nothing is left to say leaves no row. */
  override(night: Night, value: NightOverride): void {
    if (Object.keys(value).length === 0) {
      this.sql.exec('DELETE FROM night_override WHERE night = ?', night);
      return;
    }
    this.sql.exec(
      `INSERT INTO night_override (night, value) VALUES (?, ?)
       ON CONFLICT (night) DO UPDATE SET value = excluded.value`,
      night,
      JSON.stringify(value),
    );
  }

  replaceBlocks(feedId: string, blocks: readonly ImportedBlock[]): void {
    this.sql.exec('DELETE FROM import_block WHERE feed_id = ?', feedId);
    this.sql.exec(
      `INSERT INTO import_block (feed_id, from_night, to_night, uid)
       SELECT ?, value ->> 'from', value ->> 'to', value ->> 'uid' FROM json_each(?)`,
      feedId,
      JSON.stringify(blocks),
    );
  }

  /** What the host and the feeds said of single nights, and the events that tell it. */
  forgetHostsNights(): void {
    this.sql.exec('DELETE FROM night_override');
    this.sql.exec('DELETE FROM import_block');
    this.sql.exec("DELETE FROM event WHERE type = 'calendar.changed'");
  }

  keep(booking: Booking): void {
    this.sql.exec(
      `INSERT INTO booking (id, guest_id, is_unpaid, version, value) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET is_unpaid = excluded.is_unpaid, version = excluded.version, value = excluded.value`,
      booking.id,
      booking.guestId,
      isUnpaid(booking) ? 1 : 0,
      booking.version,
      JSON.stringify(booking),
    );
  }

  /** The table refuses nights that are somebody's. */
  take({ bookingId, kind, checkIn, checkOut, expiresAt }: HeldStay): void {
    this.sql.exec(
      'INSERT INTO stay (check_in, check_out, booking_id, kind, expires_at) VALUES (?, ?, ?, ?, ?)',
      checkIn,
      checkOut,
      bookingId,
      kind,
      expiresAt,
    );
  }

  /** The same nights, on other terms. */
  mark({ checkIn, kind, expiresAt }: HeldStay): void {
    this.sql.exec('UPDATE stay SET kind = ?, expires_at = ? WHERE check_in = ?', kind, expiresAt, checkIn);
  }

  /** No two stays begin in one night. */
  free(checkIn: Night): void {
    this.sql.exec('DELETE FROM stay WHERE check_in = ?', checkIn);
  }

  setDue(kind: DueKind, subject: string, at: number | null): void {
    if (at === null) this.sql.exec('DELETE FROM due WHERE kind = ? AND subject = ?', kind, subject);
    else
      this.sql.exec(
        `INSERT INTO due (kind, subject, at) VALUES (?, ?, ?)
         ON CONFLICT (kind, subject) DO UPDATE SET at = excluded.at`,
        kind,
        subject,
        at,
      );
  }

  wait({ id, guestId, stay, guests }: Waiting): void {
    this.sql.exec(
      'INSERT INTO waiting (id, guest_id, check_in, check_out, value) VALUES (?, ?, ?, ?, ?)',
      id,
      guestId,
      stay.checkIn,
      stay.checkOut,
      JSON.stringify(guests),
    );
  }

  offerTo(waitingId: string, untilMs: number): void {
    this.sql.exec('UPDATE waiting SET offered_until = ? WHERE id = ?', untilMs, waitingId);
  }

  forgetWaiting(id: string): void {
    this.sql.exec('DELETE FROM waiting WHERE id = ?', id);
  }

  usePromotion(bookingId: string, code: string | null): void {
    if (code === null) this.sql.exec('DELETE FROM promotion_use WHERE booking_id = ?', bookingId);
    else this.sql.exec('INSERT INTO promotion_use (booking_id, code) VALUES (?, ?)', bookingId, code);
  }

  remember(scope: string, fingerprint: string, response: string, nowMs: number): void {
    // One of the same key that ran out may still be there.
    this.sql.exec(
      'INSERT OR REPLACE INTO idempotency (scope, fingerprint, response, at) VALUES (?, ?, ?, ?)',
      scope,
      fingerprint,
      response,
      nowMs,
    );
  }

  /** Answers that are no more given, and events that are no more told. */
  forgetOld(nowMs: number): void {
    this.sql.exec('DELETE FROM idempotency WHERE at <= ?', nowMs - ANSWER_LIFE_MS);
    // In their order, so that of those which stay no number is missing.
    this.sql.exec(
      `DELETE FROM event WHERE seq < coalesce(
         (SELECT seq FROM event WHERE at > ? ORDER BY seq LIMIT 1), (SELECT max(seq) + 1 FROM event))`,
      nowMs - EVENT_LIFE_MS,
    );
  }

  /** What was answered to somebody, who asks no more. */
  forgetAnswersTo(accountId: string): void {
    this.sql.exec('DELETE FROM idempotency WHERE instr(response, ?) > 0', accountId);
  }

  /** The next number, without a gap. */
  append({ type, at, actorKind, actorId, data, previous }: Omit<BookEvent, 'seq'>): number {
    const { seq } = this.#moveHead({ seq: this.seq() + 1 });
    this.sql.exec(
      'INSERT INTO event (seq, type, at, actor_kind, actor_id, data, previous) VALUES (?, ?, ?, ?, ?, ?, ?)',
      seq,
      type,
      at,
      actorKind,
      actorId,
      JSON.stringify(data),
      previous === null ? null : JSON.stringify(previous),
    );
    return seq;
  }

  /** What is to leave the book; of one kind and subject only the newest is still wanted. */
  post(kind: string, subject: string, body: unknown, nowMs: number): void {
    this.sql.exec(
      `INSERT OR REPLACE INTO outbox (kind, subject, body, next_attempt_at) VALUES (?, ?, ?, ?)`,
      kind,
      subject,
      JSON.stringify(body),
      nowMs,
    );
  }

  settle(seqs: readonly number[]): void {
    this.sql.exec('DELETE FROM outbox WHERE seq IN (SELECT value FROM json_each(?))', JSON.stringify(seqs));
  }

  postpone(seqs: readonly number[], untilMs: number): void {
    this.sql.exec(
      `UPDATE outbox SET attempts = attempts + 1, next_attempt_at = ?
       WHERE seq IN (SELECT value FROM json_each(?))`,
      untilMs,
      JSON.stringify(seqs),
    );
  }

  park(seq: number): void {
    this.sql.exec('UPDATE outbox SET parked = 1, attempts = attempts + 1 WHERE seq = ?', seq);
  }

  keepPayment(payment: Payment): void {
    this.#keepDocument('payment', 'booking_id', payment.bookingId, payment);
  }

  keepEffect(effect: Effect): void {
    this.#keepDocument('effect', 'payment_id', effect.paymentId, effect);
  }

  keepPayout(payout: Payout): void {
    this.#keepDocument('payout', 'booking_id', payout.bookingId, payout);
  }

  /** In the place of what was kept under its id before. */
  #keepDocument(table: string, ownerColumn: string, ownerId: string, value: { readonly id: string }): void {
    this.sql.exec(
      `INSERT INTO ${table} (id, ${ownerColumn}, value) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET value = excluded.value`,
      value.id,
      ownerId,
      JSON.stringify(value),
    );
  }

  /** An occasion is written once, and told to D1 once. */
  enter(entry: Entry, nowMs: number): void {
    const known = this.one('SELECT 1 AS found FROM ledger WHERE id = ?', entry.id);
    if (known !== null) return;
    this.sql.exec(
      'INSERT INTO ledger (id, booking_id, value) VALUES (?, ?, ?)',
      entry.id,
      entry.bookingId,
      JSON.stringify(entry),
    );
    this.post('ledger', entry.id, { epoch: this.head().epoch, entry }, nowMs);
  }

  rememberEvent(source: string, eventId: string, nowMs: number): void {
    this.sql.exec('INSERT INTO inbox (source, event_id, at) VALUES (?, ?, ?)', source, eventId, nowMs);
  }
}
