/**
 * The book of a property, from outside: the shapes of what is said to it and what it answers. Its class is
 * in book-object.ts, for the Worker's entry alone.
 */
export { CAUSE_CODES, type Cause, causesAgainst } from './calendar/availability.ts';
export type { TakenSpan } from './calendar/list-taken.ts';
export type { StayOffer } from './calendar/quote-stay.ts';
export type { ShownCalendar } from './calendar/show-days.ts';
export type { Call, Outcome, Refused } from './command.ts';
export type { BookAudit } from './commit.ts';
export {
  CO_HOST_ACCESS,
  type CoHostAccess,
  type ImportedBlock,
  type PropertyStatus,
  STATUSES,
  type ToldFacts,
} from './facts.ts';
export type { Replay } from './keeper.ts';
export { type Effect, type EffectResult, NEVER_STARTED } from './money/effect.ts';
export type { Entry as LedgerEntry } from './money/ledger.ts';
export type { ParkedEffect } from './money/park-effect.ts';
export {
  PAYMENT_STATUSES,
  type Payment,
  type PaymentEvent,
  type PaymentStatus,
  refundedOf,
  statusOf,
} from './money/payment.ts';
export { PAYOUT_STATUSES, type Payout, type PayoutResult, type PayoutStatus } from './money/payout.ts';
export type { Sink } from './outbox/drain.ts';
export type { Snapshot } from './outbox/snapshot.ts';
export { type BookForSearch, type Sale, toCalendarState } from './read-for-search.ts';
export {
  BOOKING_MODES,
  type CalendarChange,
  CalendarChanges,
  MAX_CALENDAR_NIGHTS,
  POLICIES,
  Rules,
} from './schemas.ts';
export type { Booking } from './stays/booking.ts';
export type { StaffCancellation } from './stays/cancel-booking.ts';
export { MAX_UNPAID_HOLDS, PAYMENT_HOLD_MS } from './stays/life.ts';
export type { OutboxRow, Waiting } from './store/reader.ts';
export { BOOKING_DIGEST, ledgerDigest, NOTHING_TALLIED, type Tallies } from './store/tallies.ts';
