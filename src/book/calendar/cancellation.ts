import { assert } from '../../kernel/errors.ts';
import { addNights, nightsBetween, type Stay } from '../../kernel/stay.ts';
import { type LocalTime, localToInstant, nightAt } from '../../kernel/zone.ts';
import type { CancellationPolicy } from '../schemas.ts';
import {
  atMost,
  type Booked,
  type Kept,
  type Outcome,
  type RefundLine,
  refundLines,
} from './refund-lines.ts';

/** A stay of so many nights is under `long_term`, whatever its host chose. */
const LONG_TERM_NIGHTS = 28;
const GRACE_HOURS = 24;
const GRACE_DAYS_BEFORE = 7;
const MS_PER_HOUR = 3_600_000;

/** Before check-in. Days keep the wall clock's time across a change of it; hours are as they pass. */
type Deadline = { readonly days: number } | { readonly hours: number };
type Step = { readonly until: Deadline; readonly name: string; readonly kept: Kept | null };
type Terms = { readonly steps: readonly Step[]; readonly grace: boolean; readonly begun: Kept };

const CHECK_IN: Deadline = { hours: 0 };
const HALF: Kept = { nights: 0, restPercent: 50 };
const ALL: Kept = { nights: 0, restPercent: 100 };
const FIRST_NIGHT: Kept = { nights: 1, restPercent: 0 };
const FIRST_NIGHT_AND_HALF: Kept = { nights: 1, restPercent: 50 };
const FIRST_30_NIGHTS: Kept = { nights: 30, restPercent: 0 };

const fullUntil = (until: Deadline): Step => ({ until, name: 'full_refund', kept: null });
const halfUntil = (until: Deadline): Step => ({ until, name: 'half_kept', kept: HALF });
const ALL_UNTIL_CHECK_IN: Step = { until: CHECK_IN, name: 'all_kept', kept: ALL };

/** Each step holds up to and at its deadline; `begun` counts from the nights that are stayed by then. */
const TERMS: Readonly<Record<CancellationPolicy | 'long_term', Terms>> = {
  flexible: {
    steps: [fullUntil({ hours: 24 }), { until: CHECK_IN, name: 'first_night_kept', kept: FIRST_NIGHT }],
    grace: true,
    begun: FIRST_NIGHT,
  },
  moderate: {
    steps: [
      fullUntil({ days: 5 }),
      { until: CHECK_IN, name: 'first_night_and_half_kept', kept: FIRST_NIGHT_AND_HALF },
    ],
    grace: true,
    begun: FIRST_NIGHT_AND_HALF,
  },
  limited: {
    steps: [fullUntil({ days: 14 }), halfUntil({ days: 7 }), ALL_UNTIL_CHECK_IN],
    grace: true,
    begun: ALL,
  },
  firm: {
    steps: [fullUntil({ days: 30 }), halfUntil({ days: 7 }), ALL_UNTIL_CHECK_IN],
    grace: true,
    begun: ALL,
  },
  strict: { steps: [halfUntil({ days: 7 }), ALL_UNTIL_CHECK_IN], grace: true, begun: ALL },
  non_refundable: { steps: [ALL_UNTIL_CHECK_IN], grace: false, begun: ALL },
  long_term: {
    steps: [
      fullUntil({ days: 30 }),
      { until: CHECK_IN, name: 'first_30_nights_kept', kept: FIRST_30_NIGHTS },
    ],
    grace: true,
    begun: FIRST_30_NIGHTS,
  },
};

type Quoted = Booked & {
  readonly policy: CancellationPolicy;
  readonly checkInAtMs: number;
  readonly stay: Stay;
  readonly timeZone: string;
  readonly checkInTime: LocalTime;
  readonly total: number;
};
export type CancellableBooking = Quoted & {
  /** Null until it is confirmed; so far everything comes back. */
  readonly confirmedAt: number | null;
  readonly captured: number;
};
export type RefundPreview = {
  readonly refund: number;
  readonly kept: number;
  /** They add up to the refund. */
  readonly lines: readonly RefundLine[];
  /** The policy in force and its step, such as `moderate.full_refund`. */
  readonly rule: string;
};

/** What the guest gets back who cancels at this instant; at a deadline is before it. */
export function previewRefund(booking: CancellableBooking, cancelledAtMs: number): RefundPreview {
  const { lines, total, captured } = booking;
  assert(lines.reduce((sum, { amount }) => sum + amount, 0) === total, 'the lines add up to the total');

  const { rule, outcome } = decideRefund(booking, cancelledAtMs);

  const refunded = atMost(captured, refundLines(booking, outcome));
  const refund = refunded.reduce((sum, line) => sum + line.refunded, 0);
  return { refund, kept: captured - refund, lines: refunded, rule };
}

/**
 * What would come back of a booking that is confirmed now and paid, until each deadline. The last step has
 * no end: it is what comes back when the stay has just begun, and falls with each night stayed.
 */
export function cancellationSteps(
  quoted: Quoted,
  nowMs: number,
): { readonly until: number | null; readonly refund: number }[] {
  const booking = { ...quoted, confirmedAt: nowMs, captured: quoted.total };
  const { steps, grace } = termsOf(quoted);
  const deadlines = steps.map(({ until }) => instantOf(quoted, until));
  if (grace) deadlines.push(graceEnd(quoted, nowMs));
  const ahead = deadlines.filter((at) => at >= nowMs).sort((a, b) => a - b);
  const begun = Math.max(nowMs, quoted.checkInAtMs + 1);

  const all = [
    ...ahead.map((until) => ({ until, refund: previewRefund(booking, until).refund })),
    { until: null, refund: previewRefund(booking, begun).refund },
  ];
  return all.filter(({ refund }, index) => refund !== all[index + 1]?.refund);
}

function decideRefund(booking: CancellableBooking, atMs: number): { rule: string; outcome: Outcome } {
  if (booking.confirmedAt === null) return { rule: 'unconfirmed', outcome: 'full' };
  const { steps, grace, begun } = termsOf(booking);
  if (grace && atMs <= graceEnd(booking, booking.confirmedAt)) return { rule: 'grace', outcome: 'full' };

  const policy = policyOf(booking);
  const step = steps.find(({ until }) => atMs <= instantOf(booking, until));
  if (!step) {
    const kept = { ...begun, nights: begun.nights + nightsStayed(booking, atMs) };
    return { rule: `${policy}.stay_begun`, outcome: { kept, stayFees: 'kept' } };
  }
  const rule = `${policy}.${step.name}`;
  return { rule, outcome: step.kept === null ? 'full' : { kept: step.kept, stayFees: 'returned' } };
}

/** Long stays have terms of their own, whatever the host chose. */
export const policyOf = ({ policy, stay }: Pick<Quoted, 'policy' | 'stay'>) =>
  nightsBetween(stay.checkIn, stay.checkOut) >= LONG_TERM_NIGHTS ? 'long_term' : policy;
const termsOf = (quoted: Quoted): Terms => TERMS[policyOf(quoted)];

const graceEnd = (quoted: Quoted, confirmedAt: number): number =>
  Math.min(confirmedAt + GRACE_HOURS * MS_PER_HOUR, instantOf(quoted, { days: GRACE_DAYS_BEFORE }));

function instantOf({ checkInAtMs, stay, checkInTime, timeZone }: Quoted, before: Deadline): number {
  if ('hours' in before) return checkInAtMs - before.hours * MS_PER_HOUR;
  return localToInstant(addNights(stay.checkIn, -before.days), checkInTime, timeZone);
}

/** A night is stayed once the check-in time of its own date is past. */
function nightsStayed({ stay, checkInTime, timeZone }: Quoted, atMs: number): number {
  const { night: today } = nightAt(atMs, timeZone);
  const isPastCheckIn = atMs > localToInstant(today, checkInTime, timeZone);
  return Math.max(0, nightsBetween(stay.checkIn, today) + (isPastCheckIn ? 1 : 0));
}
