import { type Booking, isUnpaid } from '../../../src/book/stays/booking.ts';
import { nextAhead, type Place, placeOf, STEPS } from '../../../src/book/stays/life.ts';
import { type Night, nightsOf, type Stay } from '../../../src/kernel/stay.ts';

/**
 * What has to be true of a book, asked of nothing but its rows and of what callers were told. Every layer of
 * tests asks it here: the simulator, the real runtime, what is left after a kill. Each answer is a
 * sentence that says what is wrong; none is what it should be.
 */
export type StayRow = {
  readonly booking_id: string;
  readonly kind: string;
  readonly check_in: Night;
  readonly check_out: Night;
  readonly expires_at: number | null;
};
export type DueRow = { readonly kind: string; readonly subject: string; readonly at: number };
export type WaitingRow = {
  readonly id: string;
  readonly check_in: Night;
  readonly check_out: Night;
  readonly offered_until: number | null;
};
export type BookingRow = {
  readonly id: string;
  readonly guest_id: string;
  readonly is_unpaid: number;
  readonly version: number;
  readonly value: string;
};
export type EventRow = {
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly data: string;
  readonly previous: string | null;
};
export type AnswerRow = { readonly scope: string; readonly fingerprint: string; readonly response: string };
export type HeadRow = { readonly epoch: number; readonly version: number; readonly seq: number };

export type BookRows = {
  readonly head: HeadRow;
  readonly bookings: readonly BookingRow[];
  readonly stays: readonly StayRow[];
  readonly dues: readonly DueRow[];
  readonly waiting: readonly WaitingRow[];
  readonly events: readonly EventRow[];
  readonly answers: readonly AnswerRow[];
};

/** An answer that has reached its caller. `key` is null for what may simply be asked again. */
export type Told = {
  readonly at: number;
  readonly key: { readonly scope: string; readonly fingerprint: string } | null;
  readonly outcome: {
    readonly ok: boolean;
    readonly refusal?: string;
    readonly value?: unknown;
    readonly replayed?: boolean;
  };
};
/** What was asked under a key, whether or not anybody heard the answer; a booking would have had that id. */
export type Attempt = { readonly at: number; readonly scope: string; readonly bookingId: string | null };

export type Log = { readonly told: readonly Told[]; readonly attempts: readonly Attempt[] };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** `settledAt` is when the last command came through, which leaves nothing behind that had run out. */
export function checkBook(rows: BookRows, log: Log, settledAt: number): string[] {
  const bookings = new Map(rows.bookings.map(({ id, value }) => [id, JSON.parse(value) as Booking]));
  return [
    ...checkColumns(rows.bookings, bookings),
    ...checkNights(rows.stays, bookings.values(), rows.waiting),
    ...checkExpiry(rows.stays, settledAt),
    ...checkDues(rows.dues, bookings.values(), rows.waiting),
    ...checkMoney(bookings.values()),
    ...checkEvents(rows.events, rows.head, bookings),
    ...checkMoves(rows.events, rows.stays),
    ...checkTold(log, bookings),
  ];
}

function checkColumns(rows: readonly BookingRow[], bookings: ReadonlyMap<string, Booking>): string[] {
  return rows
    .filter((row) => {
      const booking = bookings.get(row.id);
      if (booking?.id !== row.id || booking.guestId !== row.guest_id) return true;
      return booking.version !== row.version || isUnpaid(booking) !== (row.is_unpaid === 1);
    })
    .map(({ id }) => `the columns of ${id} are not as its document`);
}

/** P1: no night twice, and the nights that are kept are the nights of what is agreed, asked for or offered. */
export function checkNights(
  stays: readonly StayRow[],
  bookings: Iterable<Booking>,
  waiting: readonly WaitingRow[],
): string[] {
  const wrong: string[] = [];
  const kept = new Map<Night, string>();
  for (const { booking_id, kind, check_in, check_out, expires_at } of stays) {
    const who = `${booking_id} ${kind} ${expires_at}`;
    for (const night of nightsFrom(check_in, check_out)) {
      if (kept.has(night)) wrong.push(`the night ${night} is kept twice: ${kept.get(night)} and ${who}`);
      kept.set(night, who);
    }
  }
  let wanted = 0;
  const want = (night: Night, who: string) => {
    wanted += 1;
    if (kept.get(night) !== who) wrong.push(`the night ${night} is ${kept.get(night)}'s, and not ${who}'s`);
  };
  for (const booking of bookings) for (const [night, who] of nightsKeptBy(booking)) want(night, who);
  for (const { id, check_in, check_out, offered_until } of waiting) {
    if (offered_until === null) continue;
    for (const night of nightsFrom(check_in, check_out)) want(night, `${id} held ${offered_until}`);
  }
  if (wanted !== kept.size) wrong.push(`${kept.size} nights are kept, and ${wanted} should be`);
  return wrong;
}

/** The nights of its stay, and those that an alteration would add to them. */
export function nightsKeptBy(booking: Booking): (readonly [night: Night, who: string])[] {
  const { id, status, stay, expiresAt, alteration } = booking;
  if (status === 'cancelled') return [];
  const own = nightsFrom(stay.checkIn, stay.checkOut);
  const who = `${id} ${status === 'pending' ? 'held' : 'booked'} ${expiresAt}`;
  const kept = own.map((night) => [night, who] as const);
  if (alteration === null) return kept;
  const added = nightsFrom(alteration.stay.checkIn, alteration.stay.checkOut);
  const asked = `${alteration.id} held ${alteration.expiresAt}`;
  return [...kept, ...added.filter((night) => !own.includes(night)).map((night) => [night, asked] as const)];
}

/** P8: whatever had run out by then is gone. */
export const checkExpiry = (stays: readonly StayRow[], nowMs: number): string[] =>
  stays
    .filter(({ expires_at }) => expires_at !== null && expires_at <= nowMs)
    .map(
      ({ booking_id, expires_at }) => `the hold of ${booking_id} ended at ${expires_at}, and is still there`,
    );

/** The clock knows of everything that is ahead, and of nothing else. */
export function checkDues(
  dues: readonly DueRow[],
  bookings: Iterable<Booking>,
  waiting: readonly WaitingRow[],
): string[] {
  const wrong: string[] = [];
  const known = new Map(dues.map(({ kind, subject, at }) => [`${kind} ${subject}`, at]));
  let wanted = 0;
  const want = (what: string, at: number) => {
    wanted += 1;
    if (known.get(what) !== at) wrong.push(`${what} is due at ${known.get(what)}, and should be at ${at}`);
  };
  for (const booking of bookings) {
    const ahead = nextAhead(booking);
    if (ahead !== null) want(`booking ${booking.id}`, ahead.at);
  }
  for (const { id, check_in, offered_until } of waiting)
    want(`offer ${id}`, offered_until ?? dayAfter(check_in, known.get(`offer ${id}`)));
  const others = dues.filter(({ kind }) => kind === 'booking' || kind === 'offer').length;
  if (wanted !== others) wrong.push(`${others} things are due, and ${wanted} should be`);
  return wrong;
}

/** Nobody waits longer than for the day of check-in, wherever on earth it ends. */
function dayAfter(checkIn: Night, dueAt = Number.NaN): number {
  const late = dueAt - Date.parse(checkIn) - DAY_MS;
  return Math.abs(late) <= 14 * HOUR_MS ? dueAt : Date.parse(checkIn) + DAY_MS;
}

/** What M-Pesa can't give back to the cent is rounded up, each time that an alteration made a stay cheaper. */
const MOST_ROUNDED = 5_000;

/** P5, as far as a book knows of money. */
export function checkMoney(bookings: Iterable<Booking>): string[] {
  const wrong: string[] = [];
  for (const { id, status, payment, price } of bookings) {
    const { authorized, captured, refunded, owed } = payment;
    if (refunded > captured) wrong.push(`${id} gave back ${refunded} of ${captured}`);
    if (Math.min(authorized, captured, refunded, owed) < 0) wrong.push(`${id} has a negative amount`);
    if (status === 'pending' && captured > 0) wrong.push(`${id} took money before it was confirmed`);
    if (status !== 'pending' && authorized > 0) wrong.push(`${id} still has ${authorized} authorized`);
    const isAgreed = status === 'confirmed' || status === 'completed';
    const short = price.total - (captured - refunded + owed);
    if (isAgreed && (short < 0 || short > MOST_ROUNDED))
      wrong.push(`${id} costs ${price.total}, and ${captured} − ${refunded} + ${owed} is not that`);
  }
  return wrong;
}

export type BookingFacts = Stay &
  Pick<Booking, 'id' | 'status' | 'awaiting' | 'cause' | 'guests' | 'payment' | 'version'> & {
    readonly total: number;
    readonly currency: string;
  };

/** What the event before said, of each booking; grows as events are read. */
export type Followed = Map<string, BookingFacts>;

/** Events come without a gap, each follows from the one before, and the last one says what is so now. */
export function checkEvents(
  events: readonly EventRow[],
  { seq }: Pick<HeadRow, 'seq'>,
  bookings: ReadonlyMap<string, Booking>,
): string[] {
  const followed: Followed = new Map();
  const first = events[0]?.seq ?? seq + 1;
  return [
    ...followEvents(events, first - 1, followed),
    ...((events.at(-1)?.seq ?? seq) === seq ? [] : [`the last event is not the ${seq}th`]),
    ...[...followed.values()].flatMap((facts) => checkFacts(facts, bookings.get(facts.id))),
  ];
}

/** Who only follows the events, from the first on, knows which nights are kept. */
export function checkMoves(events: readonly EventRow[], stays: readonly StayRow[]): string[] {
  if (events[0]?.seq !== 1) return [];
  const kept = new Set<Night>();
  for (const { type, data } of events) {
    if (type === 'calendar.changed') continue;
    const { calendar = [] } = JSON.parse(data) as {
      calendar?: { from: Night; to: Night; available: boolean }[];
    };
    for (const { from, to, available } of calendar) {
      for (const night of nightsFrom(from, to)) available ? kept.delete(night) : kept.add(night);
    }
  }
  const really = new Set(stays.flatMap(({ check_in, check_out }) => nightsFrom(check_in, check_out)));
  const differing = [...kept, ...really].filter((night) => kept.has(night) !== really.has(night)).sort();
  return differing.length === 0 ? [] : [`the events say of ${differing} what is not so`];
}

export function followEvents(events: readonly EventRow[], after: number, followed: Followed): string[] {
  const wrong: string[] = [];
  let last = after;
  for (const { seq, type, data, previous } of events) {
    if (seq !== last + 1) wrong.push(`after the event ${last} comes ${seq}`);
    last = seq;
    const now = (JSON.parse(data) as { booking?: BookingFacts }).booking;
    if (!now) continue;
    const said = followed.get(now.id);
    const was = previous === null ? null : (JSON.parse(previous) as { booking: BookingFacts }).booking;
    followed.set(now.id, now);
    // Of what was before the first event that is left nothing is known.
    if (said && JSON.stringify(said) !== JSON.stringify(was))
      wrong.push(`event ${seq} says of ${now.id} what was not so before`);
    if (was && now.version !== was.version + 1) wrong.push(`event ${seq} leaves out a version of ${now.id}`);
    if (!isStep(was, now)) wrong.push(`event ${seq}, ${type}: ${now.id} can't become ${placeOf(now)}`);
  }
  return wrong;
}

function isStep(was: BookingFacts | null, now: BookingFacts): boolean {
  const to: Place = placeOf(now);
  if (was === null) return to === 'awaiting_payment' && now.version === 1;
  const from = placeOf(was);
  if (from === to) return was.cause === now.cause;
  return STEPS.some((step) => step.from === from && step.to === to && (step.cause ?? null) === now.cause);
}

export function checkFacts(facts: BookingFacts, booking: Booking | undefined): string[] {
  if (!booking) return [`${facts.id} has an event, and is not there`];
  const { id, status, awaiting, cause, stay, guests, payment, price, version } = booking;
  const { total, currency } = price;
  const said = { id, status, awaiting, cause, ...stay, guests, total, currency, payment, version };
  return JSON.stringify(said) === JSON.stringify(facts) ? [] : [`the last event of ${id} is not what it is`];
}

/** P2: whatever somebody was told is so, or became something later. P3: a key has one outcome. */
export function checkTold({ told, attempts }: Log, bookings: ReadonlyMap<string, Booking>): string[] {
  const wrong: string[] = [];
  const executed = new Map<string, Told>();
  const asked = Map.groupBy(attempts, ({ scope }) => scope);
  for (const one of told) {
    const { at, key, outcome } = one;
    const booking = outcome.ok ? bookingIn(outcome.value) : null;
    if (booking) wrong.push(...checkLater(booking, bookings.get(booking.id)));
    if (key === null) continue;
    const isSecond = (asked.get(key.scope)?.filter((attempt) => attempt.at <= at).length ?? 2) > 1;
    if (!isSecond && (outcome.replayed || outcome.refusal === 'key_reused'))
      wrong.push(`${key.scope} was answered as another's`);
    if (outcome.refusal === 'key_reused') continue;
    const before = executed.get(key.scope);
    const isRemembered = before !== undefined && at - before.at < DAY_MS;
    if (!outcome.replayed) executed.set(key.scope, one);
    if (!isRemembered) continue;
    if (!outcome.replayed) wrong.push(`${key.scope} was done at ${before.at}, and again at ${at}`);
    else if (before.key?.fingerprint !== key.fingerprint)
      wrong.push(`${key.scope} answered for another body`);
    else if (answerOf(before) !== answerOf(one)) wrong.push(`${key.scope} was answered in two ways`);
  }
  const made = new Map<string, Attempt>();
  for (const attempt of attempts) {
    if (attempt.bookingId === null || !bookings.has(attempt.bookingId)) continue;
    const before = made.get(attempt.scope);
    if (before && attempt.bookingId !== before.bookingId && attempt.at - before.at < DAY_MS)
      wrong.push(`${attempt.scope} made both ${before.bookingId} and ${attempt.bookingId}`);
    made.set(attempt.scope, attempt);
  }
  return wrong;
}

function checkLater(told: Booking, now: Booking | undefined): string[] {
  const { id, status, version, cause } = told;
  if (!now) return [`${id} was acknowledged, and is not there`];
  if (now.version < version) return [`${id} was told as of ${version}, and is back at ${now.version}`];
  if (now.version === version && JSON.stringify(now) !== JSON.stringify(told))
    return [`version ${version} of ${id} is not as it was told`];
  const mayReturn = cause === 'payment_expired';
  if (status === 'cancelled' && !mayReturn && (now.status !== 'cancelled' || now.cause !== cause))
    return [`${id} was cancelled, and is ${now.status}`];
  if (status === 'completed' && now.status !== 'completed') return [`${id} was over, and is ${now.status}`];
  if (status === 'confirmed' && now.status === 'pending') return [`${id} was confirmed, and is pending`];
  return [];
}

function bookingIn(value: unknown): Booking | null {
  const found = (value as { booking?: Booking } | null)?.booking ?? (value as Booking | null);
  return found && typeof found === 'object' && 'announced' in found ? found : null;
}

const answerOf = ({ outcome }: Told): string => JSON.stringify({ ...outcome, replayed: undefined });

const known = new Map<string, Night[]>();
function nightsFrom(checkIn: Night, checkOut: Night): readonly Night[] {
  const key = checkIn + checkOut;
  let nights = known.get(key);
  if (!nights) known.set(key, (nights = nightsOf({ checkIn, checkOut })));
  return nights;
}
