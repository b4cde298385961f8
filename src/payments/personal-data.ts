import { and, eq, ne, notInArray, sql } from 'drizzle-orm';
import { refundedOf } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { Database, Reader } from '../platform/database.ts';
import { toPayout } from './payouts/to-payout.ts';
import { ledgerEntry, payment, payout, payoutAccount } from './tables.ts';
import { toPayment } from './to-payment.ts';

/** What this room knows about a person: what they paid and were paid. The phone that paid is in the books, and goes with them. */
export async function describePayments(db: Reader, accountId: string) {
  const [paid, sent, accounts] = await (db as Database).batch([
    db
      .select({ value: payment.value })
      .from(payment)
      .where(eq(payment.guestId, accountId))
      .orderBy(payment.createdAt, payment.id),
    db
      .select({ value: payout.value })
      .from(payout)
      .where(and(eq(payout.hostId, accountId), sql`${payout.value} ->> 'amount' >= 0`))
      .orderBy(payout.createdAt, payout.id),
    db
      .select({ provider: payoutAccount.provider, destination: payoutAccount.destination })
      .from(payoutAccount)
      .where(eq(payoutAccount.hostId, accountId)),
  ]);
  return {
    payments: paid.map(({ value }) => toPayment(value)),
    payouts: sent.map(({ value }) => toPayout(value)),
    payoutAccount: accounts[0] ?? null,
  };
}

const stands = (account: 'host' | 'guest') => sql`coalesce(${ledgerEntry.lines} ->> ${account}, 0)`;

type Kept = typeof payment.$inferSelect.value;

/** Money that is still on its way: from a guest or back to them, in dispute, or to a host, also when it has not left yet. */
export async function openPaymentBusiness(ctx: Pick<Context, 'db'>, accountId: string): Promise<string[]> {
  const db = ctx.db as Database;
  const unpaid = db
    .select({ id: payout.id })
    .from(payout)
    .where(and(eq(payout.hostId, accountId), ne(payout.status, 'paid')))
    .orderBy(payout.createdAt, payout.id);
  const theirs = db
    .select({
      value: payment.value,
      toComeBack: sql<number>`(SELECT value ->> '$.payment.refunded' FROM booking
        WHERE booking.id = ${payment.bookingId})`.as('to_come_back'),
    })
    .from(payment)
    .where(and(eq(payment.guestId, accountId), notInArray(payment.status, ['voided', 'refunded'])))
    .orderBy(payment.createdAt, payment.id);
  // Of stays that have ended too, as far as the guest has paid: it leaves a day after check-in, or after a dispute.
  const unsettled = db
    .select({ bookingId: ledgerEntry.bookingId })
    .from(ledgerEntry)
    .where(eq(ledgerEntry.hostId, accountId))
    .groupBy(ledgerEntry.bookingId)
    .having(sql`sum(${stands('host')}) + max(sum(${stands('guest')}), 0) < 0`)
    .orderBy(ledgerEntry.bookingId);
  const [payouts, rows, earnings] = await db.batch([unpaid, theirs, unsettled]);
  const taken = Map.groupBy(rows, ({ value }) => value.bookingId);
  const isUnderWay = (bookingId: string, toComeBack: number) => {
    const own = (taken.get(bookingId) ?? []).filter(({ value }) => value.fate.kind === 'taken');
    return own.reduce((sum, { value }) => sum + refundedOf(value.told), 0) < toComeBack;
  };
  const open = rows.filter(
    ({ value, toComeBack }) => isOpen(value) || isUnderWay(value.bookingId, toComeBack),
  );
  return [
    ...open.map(({ value }) => `payment:${value.id}`),
    ...payouts.map(({ id }) => `payout:${id}`),
    ...earnings.map(({ bookingId }) => `earnings:${bookingId}`),
  ];
}

/** The ledger stays, without the person. */
export const erasePayments = (db: Database, accountId: string) => [
  db.delete(payoutAccount).where(eq(payoutAccount.hostId, accountId)),
];

/** A refund that is done is not among them. */
function isOpen({ fate, told }: Kept): boolean {
  if (Object.values(told.disputes).some(({ outcome }) => outcome === 'open')) return true;
  if (fate.kind === 'returned') return told.captured > 0 || (told.authorized && !told.voided);
  return fate.kind === 'waiting' && !told.failed;
}
