import { and, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { Database, Reader } from '../platform/database.ts';
import { toPayout } from './payouts/to-payout.ts';
import { payment, payout, payoutAccount } from './tables.ts';
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

/** Money that has not arrived yet. */
export async function openMoneyBusiness({ db }: Pick<Context, 'db'>, accountId: string): Promise<string[]> {
  const open = await db
    .select({ id: payout.id })
    .from(payout)
    .where(and(eq(payout.hostId, accountId), ne(payout.status, 'paid')))
    .orderBy(payout.createdAt, payout.id);
  return open.map(({ id }) => `payout:${id}`);
}

/** The ledger stays, without the person. */
export const erasePayments = (db: Database, accountId: string) => [
  db.delete(payoutAccount).where(eq(payoutAccount.hostId, accountId)),
];
