import type { Reader } from '../store/reader.ts';
import type { Payment } from './payment.ts';

/** What a provider can give back at once: whole steps, and no less than so much. */
export type Steps = { readonly unit: number; readonly least: number };
type Through = Pick<Payment, 'provider' | 'currency'>;

const ANY: Steps = { unit: 1, least: 1 };
const SHILLINGS: Steps = { unit: 100, least: 1_000 };
/** Stripe wants a zero for the last digit of these, and of MGA for the last two. */
const TENTHS: readonly string[] = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];

export function stepsOf({ provider, currency }: Through): Steps {
  if (provider === 'mpesa') return SHILLINGS;
  if (TENTHS.includes(currency)) return { unit: 10, least: 10 };
  return currency === 'MGA' ? { unit: 100, least: 100 } : ANY;
}

/**
 * What is given back of what is left of a payment when so much is wanted: never less, as far as there is any, and
 * never so that what stays could not be given back later.
 */
export function payableOf({ unit, least }: Steps, left: number, wanted: number): number {
  if (wanted <= 0) return 0;
  const rounded = Math.max(least, Math.ceil(wanted / unit) * unit);
  return left - rounded < least ? left : rounded;
}

type Part = { readonly payment: Payment; readonly left: number; readonly amount: number };

/** Which payments give a refund back: the newest first, each no more than it brought. */
export function refundParts(reader: Reader, bookingId: string, amount: number): readonly Part[] {
  let wanted = amount;
  return reader
    .paymentsOf(bookingId)
    .filter(({ fate }) => fate.kind === 'taken')
    .reverse()
    .flatMap((payment) => {
      const left = payment.amount - askedBack(reader, payment);
      const part = Math.min(payableOf(stepsOf(payment), left, wanted), left);
      wanted -= part;
      return part > 0 ? [{ payment, left, amount: part }] : [];
    });
}

/** What really goes back when so much is to: that, or the little more that its providers can give. */
export const payableRefund = (reader: Reader, bookingId: string, amount: number): number =>
  Math.max(amount, sumOf(refundParts(reader, bookingId, amount)));

/** The most that can go back without being more than this. */
export function payableWithin(reader: Reader, bookingId: string, most: number): number {
  const parts = refundParts(reader, bookingId, most);
  const over = sumOf(parts) - most;
  const last = parts.at(-1);
  if (over <= 0 || !last) return most;
  const { unit, least } = stepsOf(last.payment);
  const rounded = Math.min(Math.floor((last.amount - over) / unit) * unit, last.left - least);
  return sumOf(parts.slice(0, -1)) + (rounded < least ? 0 : rounded);
}

/** What was asked to be given back of a payment, whether it is there yet or not. */
export const askedBack = (reader: Reader, { id }: Payment): number =>
  reader
    .effectsOf(id)
    .reduce(
      (sum, { kind, amount, state }) =>
        sum + (kind === 'refund' && state !== 'refused' && state !== 'superseded' ? amount : 0),
      0,
    );

const sumOf = (parts: readonly Pick<Part, 'amount'>[]): number =>
  parts.reduce((sum, { amount }) => sum + amount, 0);
