import { desc, sql } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import type { PaymentsQuery } from './schemas.ts';
import { payment } from './tables.ts';
import { toPayment } from './to-payment.ts';

/** What the caller has paid, or was paid for the places that they let; newest first. */
export async function listPayments(
  ctx: Context,
  { limit, cursor, role, propertyId }: z.infer<typeof PaymentsQuery>,
) {
  const { accountId } = requireUser(ctx, 'bookings:read');

  const list = `payments ${JSON.stringify([accountId, role, propertyId])}`;
  const before = readPosition(ctx.keyring, list, cursor);
  const own = role === 'guest' ? payment.guestId : payment.hostId;
  const rows = await ctx.db
    .select({ id: payment.id, createdAt: payment.createdAt, value: payment.value })
    .from(payment)
    .where(
      sql`${own} = ${accountId}
        ${propertyId === undefined ? sql`` : sql`AND ${payment.propertyId} = ${propertyId}`}
        ${before ? sql`AND (${payment.createdAt}, ${payment.id}) < (${before[0]}, ${before[1]})` : sql``}`,
    )
    .orderBy(desc(payment.createdAt), desc(payment.id))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    ({ value }) => toPayment(value),
    (row) => writeCursor(ctx.keyring, list, [row.createdAt, row.id]),
  );
}
