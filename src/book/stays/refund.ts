import { HOUR } from '../../kernel/clock.ts';
import { percentOf } from '../../kernel/money.ts';
import { addNights } from '../../kernel/stay.ts';
import { localToInstant } from '../../kernel/zone.ts';
import { previewRefund, type RefundPreview } from '../calendar/cancellation.ts';
import type { RefundLine } from '../calendar/refund-lines.ts';
import { payableRefund } from '../money/refund-parts.ts';
import type { Reader } from '../store/reader.ts';
import { type Booking, paidOf } from './booking.ts';
import { checkInAt } from './life.ts';

/**
 * What the guest gets back who cancels now; of what was only authorized nothing was taken. What is still owed
 * was never paid, so it is the first that does not come back.
 */
export function refundFor(booking: Booking, atMs: number): RefundPreview {
  const { price, terms, stay, confirmedAt, payment } = booking;
  const paid = paidOf(payment);
  const whenPaid = (captured: number) =>
    previewRefund(
      {
        policy: terms.policy,
        confirmedAt,
        checkInAtMs: checkInAt(booking),
        stay,
        timeZone: terms.timeZone,
        checkInTime: terms.checkInFrom,
        nights: price.nights,
        lines: price.lines,
        total: price.total,
        captured,
      },
      atMs,
    );
  if (payment.owed === 0) return whenPaid(paid);
  const back = Math.max(0, whenPaid(paid + payment.owed).refund - payment.owed);
  return { ...whenPaid(back), kept: paid - back };
}

/** As it can be paid: who pays in whole shillings rounds up, out of the service fee as far as that goes. */
export function payableRefundFor(reader: Reader, booking: Booking, atMs: number): RefundPreview {
  const preview = refundFor(booking, atMs);
  const paid = paidOf(booking.payment);
  const refund = Math.min(payableRefund(reader, booking.id, preview.refund), paid);
  const lines = withMore(preview.lines, refund - preview.refund);
  return { ...preview, refund, kept: paid - refund, lines };
}

function withMore(lines: readonly RefundLine[], more: number): readonly RefundLine[] {
  const fees = lines.filter(({ kind }) => kind === 'guest_service_fee');
  const parts = new Map<RefundLine, number>();
  let left = more;
  for (const line of [...fees, ...lines]) {
    if (parts.has(line)) continue;
    const part = Math.min(left, Math.max(0, line.amount - line.refunded));
    parts.set(line, part);
    left -= part;
  }
  return lines.map((line) => ({ ...line, refunded: line.refunded + (parts.get(line) ?? 0) }));
}

export const LATE_PENALTY = { withinMs: 48 * HOUR, percent: 50 };
export const MIDDLE_PENALTY = { withinDays: 30, percent: 25 };
export const EARLY_PENALTY_PERCENT = 10;
/** In minor units; a currency that is not here has no bounds. */
export const PENALTY_BOUNDS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  USD: [5_000, 100_000],
  EUR: [4_500, 90_000],
  GBP: [4_000, 80_000],
  KES: [650_000, 13_000_000],
  RWF: [70_000, 1_400_000],
  UGX: [180_000, 3_600_000],
  TZS: [12_500_000, 250_000_000],
  ZAR: [90_000, 1_800_000],
  JPY: [7_500, 150_000],
};

/** What a host owes who cancels a confirmed booking. */
export function penaltyFor(booking: Booking, atMs: number): number {
  const { price, status, stay, terms } = booking;
  if (status !== 'confirmed') return 0;
  const { withinDays } = MIDDLE_PENALTY;
  const isLate = checkInAt(booking) - atMs <= LATE_PENALTY.withinMs;
  const middleFrom = localToInstant(addNights(stay.checkIn, -withinDays), terms.checkInFrom, terms.timeZone);
  const amounts = price.lines
    .filter(({ kind }) => kind === 'nights' || kind === 'cleaning_fee' || kind === 'pet_fee')
    .map(({ amount }) => amount);
  const base = amounts.reduce((sum, amount) => sum + amount, 0);
  const owed = isLate
    ? percentOf(worthOfNightsLeft(booking, terms.timeZone, atMs), LATE_PENALTY.percent)
    : percentOf(base, atMs >= middleFrom ? MIDDLE_PENALTY.percent : EARLY_PENALTY_PERCENT);
  const [least, most] = PENALTY_BOUNDS[price.currency] ?? [0, owed];
  return Math.min(Math.max(owed, least), most);
}

/** A night is stayed when its date has begun past the time of check-in. */
const worthOfNightsLeft = ({ price, terms }: Booking, zone: string, atMs: number): number =>
  price.nights
    .filter(({ date }) => localToInstant(date, terms.checkInFrom, zone) >= atMs)
    .reduce((sum, { price: worth }) => sum + worth, 0);
