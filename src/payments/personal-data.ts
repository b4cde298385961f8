import { eq } from 'drizzle-orm';
import type { Reader } from '../platform/database.ts';
import { payment } from './tables.ts';
import { toPayment } from './to-payment.ts';

/** What this room knows about a person: what they paid. The phone that paid is in the books, and goes with them. */
export async function describePayments(db: Reader, accountId: string) {
  const rows = await db
    .select({ value: payment.value })
    .from(payment)
    .where(eq(payment.guestId, accountId))
    .orderBy(payment.createdAt, payment.id);
  return { payments: rows.map(({ value }) => toPayment(value)) };
}
