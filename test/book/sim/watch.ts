import type { Booking } from '../../../src/book/stays/booking.ts';
import type { Night } from '../../../src/kernel/stay.ts';
import {
  type AnswerRow,
  type BookingRow,
  type BookRows,
  checkBook,
  checkDues,
  checkExpiry,
  checkFacts,
  checkMoney,
  checkNights,
  type DueRow,
  type EventRow,
  type Followed,
  followEvents,
  type HeadRow,
  type Log,
  nightsKeptBy,
  type StayRow,
  type WaitingRow,
} from './checker.ts';

/** Follows a book from change to change, so that what did not change need not be read again. */
type Storage = Pick<DurableObjectStorage, 'sql'>;
export type Watch = ReturnType<typeof watch>;

export function readRows({ sql }: Storage): BookRows {
  const all = <T>(query: string) => sql.exec(query).toArray() as T[];
  return {
    head: all<HeadRow>('SELECT epoch, version, seq FROM head')[0] as HeadRow,
    bookings: all<BookingRow>('SELECT id, guest_id, is_unpaid, version, value FROM booking'),
    stays: staysIn({ sql }),
    dues: all<DueRow>('SELECT kind, subject, at FROM due'),
    waiting: waitingIn({ sql }),
    events: all<EventRow>('SELECT seq, type, at, data, previous FROM event ORDER BY seq'),
    answers: all<AnswerRow>('SELECT scope, fingerprint, response FROM idempotency'),
  };
}

const staysIn = ({ sql }: Storage) =>
  sql
    .exec('SELECT booking_id, kind, check_in, check_out, expires_at FROM stay')
    .toArray() as unknown as StayRow[];
const waitingIn = ({ sql }: Storage) =>
  sql.exec('SELECT id, check_in, check_out, offered_until FROM waiting').toArray() as unknown as WaitingRow[];

export function watch(storage: Storage) {
  const { sql } = storage;
  const bookings = new Map<string, Booking>();
  const holding = new Map<string, Booking>();
  const ahead = new Map<string, Booking>();
  const followed: Followed = new Map();
  let waiting: readonly WaitingRow[] = [];
  let [version, seq] = [-1, 0];

  const put = (booking: Booking) => {
    bookings.set(booking.id, booking);
    if (booking.status === 'cancelled') holding.delete(booking.id);
    else holding.set(booking.id, booking);
    ahead.set(booking.id, booking);
  };
  return {
    bookings,
    /** What is wrong since the last time; nothing where nothing changed. */
    look(settledAt: number): string[] {
      const head = sql.exec('SELECT version, seq FROM head').one() as { version: number; seq: number };
      if (head.version === version) return head.seq === seq ? [] : ['an event without a version'];
      version = head.version;
      const events = sql
        .exec('SELECT seq, type, at, data, previous FROM event WHERE seq > ? ORDER BY seq', seq)
        .toArray() as unknown as EventRow[];
      const touched = new Set<string>();
      for (const { data } of events) {
        const id = (JSON.parse(data) as { booking?: { id: string } }).booking?.id;
        if (id !== undefined) touched.add(id);
      }
      const wrong = followEvents(events, seq, followed);
      if (head.seq !== seq + events.length) wrong.push(`${head.seq} is the number of no event`);
      seq = head.seq;
      const changed: Booking[] = [];
      for (const id of touched) {
        const row = sql.exec('SELECT value FROM booking WHERE id = ?', id).one() as { value: string };
        const booking = JSON.parse(row.value) as Booking;
        put(booking);
        changed.push(booking);
        const facts = followed.get(id);
        if (facts) wrong.push(...checkFacts(facts, booking));
      }
      waiting = waitingIn(storage);
      const stays = staysIn(storage);
      wrong.push(...checkNights(stays, holding.values(), waiting), ...checkExpiry(stays, settledAt));
      wrong.push(...checkMoney(changed));
      return wrong;
    },
    lookAtAll: (log: Log, settledAt: number): string[] => checkBook(readRows(storage), log, settledAt),
    lookAtDues: () =>
      checkDues(
        sql.exec('SELECT kind, subject, at FROM due').toArray() as unknown as DueRow[],
        ahead.values(),
        waiting,
      ),
    /** Whose nights are whose at that moment, by what was agreed and by nothing else. */
    nightsAt(nowMs: number): Map<Night, string> {
      const kept = new Map<Night, string>();
      const isLive = (who: string) => who.endsWith(' null') || Number(who.split(' ')[2]) > nowMs;
      for (const booking of holding.values())
        for (const [night, who] of nightsKeptBy(booking)) if (isLive(who)) kept.set(night, who);
      for (const { id, check_in, check_out, offered_until } of waiting) {
        if (offered_until === null || offered_until <= nowMs) continue;
        for (let night = check_in; night < check_out; night = nextNight(night)) kept.set(night, id);
      }
      return kept;
    },
    /** After a restore. */
    startAgain(): void {
      bookings.clear();
      holding.clear();
      ahead.clear();
      followed.clear();
      const rows = readRows(storage);
      for (const { value } of rows.bookings) put(JSON.parse(value) as Booking);
      waiting = rows.waiting;
      followEvents(rows.events, (rows.events[0]?.seq ?? 1) - 1, followed);
      [version, seq] = [rows.head.version, rows.head.seq];
    },
  };
}

const nextNight = (night: Night): Night =>
  new Date(Date.parse(night) + 86_400_000).toISOString().slice(0, 10) as Night;
