import type { Effect } from '../../../src/book/money/effect.ts';
import type { Entry } from '../../../src/book/money/ledger.ts';
import { type Payment, refundedOf } from '../../../src/book/money/payment.ts';
import type { Payout } from '../../../src/book/money/payout.ts';
import type { Booking } from '../../../src/book/stays/booking.ts';
import type { SimBank } from './banks.ts';
import type { SimProvider } from './provider.ts';

/** P5: what has to be true of a book's money, by its rows alone. */
export type MoneyRows = {
  readonly payments: readonly Payment[];
  readonly effects: readonly Effect[];
  readonly entries: readonly Entry[];
  readonly payouts: readonly Payout[];
};

export function readMoney({ sql }: Pick<DurableObjectStorage, 'sql'>): MoneyRows {
  const all = <T>(table: string) =>
    sql
      .exec(`SELECT value FROM ${table} ORDER BY id`)
      .toArray()
      .map(({ value }) => JSON.parse(String(value)) as T);
  return { payments: all('payment'), effects: all('effect'), entries: all('ledger'), payouts: all('payout') };
}

/** At every moment. */
export function checkPayments(
  { payments, effects, entries }: MoneyRows,
  bookings: ReadonlyMap<string, Booking>,
): string[] {
  const wrong: string[] = [];
  for (const { id, kind, bookingId } of effects)
    if (kind === 'capture' && bookings.get(bookingId)?.confirmedAt === null)
      wrong.push(`${id} takes money for nights that are not owned`);
  for (const { id, lines } of entries) {
    const sum = Object.values(lines).reduce((total, amount) => total + amount, 0);
    if (sum !== 0) wrong.push(`the entry ${id} adds up to ${sum}`);
  }
  for (const { id, told } of payments) {
    if (refundedOf(told) > told.captured)
      wrong.push(`${id} gave back ${refundedOf(told)} of ${told.captured}`);
    const own = effects.filter(({ paymentId }) => paymentId === id);
    const underway = own.filter(({ state }) => state === 'sent' || state === 'pending');
    if (underway.length > 1) wrong.push(`${id} has ${underway.length} things under way at once`);
    const captures = own.filter(({ kind }) => kind === 'capture');
    if (captures.length > 1) wrong.push(`${id} is to be captured ${captures.length} times`);
  }
  const taken = Map.groupBy(
    payments.filter(({ fate, purpose }) => fate.kind === 'taken' && purpose === 'stay'),
    ({ bookingId }) => bookingId,
  );
  for (const [id, all] of taken) if (all.length > 1) wrong.push(`${id} was paid by ${all.length} payments`);
  return wrong;
}

/** When nothing is left to be told or done: every payment has come to one end, here and at its provider. */
export function checkEnds(
  { payments, effects, entries }: MoneyRows,
  bookings: ReadonlyMap<string, Booking>,
  provider: SimProvider,
): string[] {
  const wrong: string[] = [];
  for (const { id, state } of effects)
    if (state !== 'done' && state !== 'refused') wrong.push(`${id} is still ${state}`);
  for (const { id, bookingId, fate, told } of payments) {
    const there = provider.accounts.get(id);
    if (!there) {
      // Died before its provider was asked.
      if (fate.kind === 'taken') wrong.push(`${id} is taken, and its provider does not know it`);
      continue;
    }
    const refunded = refundedOf(told);
    if (told.captured !== there.captured || refunded !== there.refunded)
      wrong.push(
        `${id} has ${told.captured} − ${refunded}, and its provider ${there.captured} − ${there.refunded}`,
      );
    const booking = bookings.get(bookingId);
    const isOwned = booking !== undefined && booking.confirmedAt !== null;
    if (fate.kind === 'waiting') wrong.push(`${id} never ends`);
    else if (fate.kind === 'returned' && there.captured !== there.refunded)
      wrong.push(`${id} is to go back, and ${there.captured - there.refunded} of it is still here`);
    else if (fate.kind === 'returned' && there.captured === 0 && there.state !== 'voided')
      wrong.push(`${id} is to go back, and is ${there.state}`);
    else if (fate.kind === 'taken' && there.state !== 'captured')
      wrong.push(`${id} is taken, and is ${there.state}`);
    else if (fate.kind === 'taken' && !isOwned) wrong.push(`${id} was taken for nights that nobody has`);
  }
  for (const [id, { payment, price }] of bookings) {
    const own = entries.filter(({ bookingId }) => bookingId === id);
    const paid = payments.filter(({ bookingId, fate }) => bookingId === id && fate.kind === 'taken');
    const captured = paid.reduce((sum, { told }) => sum + told.captured, 0);
    const refunded = paid.reduce((sum, { told }) => sum + refundedOf(told), 0);
    if (captured !== payment.captured || refunded !== payment.refunded)
      wrong.push(
        `${id} says ${payment.captured} − ${payment.refunded}, and its payments ${captured} − ${refunded}`,
      );
    const guest = own.reduce((sum, { lines }) => sum + (lines.guest ?? 0), 0);
    if (guest !== payment.owed) wrong.push(`the guest of ${id} (${price.total}) is left with ${guest}`);
  }
  return wrong;
}

/**
 * When nothing is left to be told or done: every host has been settled with to the unit, and what the books say
 * was sent is what their bank has, once.
 */
export function checkPayouts(
  { entries, payouts }: MoneyRows,
  bookings: ReadonlyMap<string, Booking>,
  bank: SimBank,
): string[] {
  const wrong: string[] = [];
  const sumOf = (account: keyof Entry['lines'], wanted: (entry: Entry) => boolean) =>
    entries.filter(wanted).reduce((sum, { lines }) => sum + (lines[account] ?? 0), 0);
  for (const { id, status } of payouts) if (status !== 'paid') wrong.push(`${id} is still ${status}`);
  for (const [id, { payment }] of bookings) {
    const left = -sumOf('host', ({ bookingId }) => bookingId === id);
    if (left !== 0 && payment.owed === 0) wrong.push(`the host of ${id} is left with ${left}`);
  }
  const paid = [...bank.paid.values()].reduce((sum, amount) => sum + amount, 0);
  const sent = -sumOf('provider', ({ kind }) => kind === 'payout');
  if (sent !== paid) wrong.push(`${sent} was sent, and the bank has ${paid}`);
  const balance = -sumOf('balance', () => true);
  if (balance !== bank.balance())
    wrong.push(`the balance is ${bank.balance()}, and the books say ${balance}`);
  return wrong;
}
