import { sql } from 'drizzle-orm';
import type { PaymentEvent } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { Database } from '../platform/database.ts';
import { receipt, unmatchedEvent } from './tables.ts';

/** What a provider told that no payment of ours could be moved by, and why. */
export type Unmatched = { readonly event: PaymentEvent; readonly reason: string };

/** Kept for people and for the reconciliation; nothing was moved. */
export async function keepUnmatched(ctx: Context, unmatched: readonly Unmatched[]): Promise<void> {
  if (unmatched.length === 0) return;
  const at = ctx.clock.now();
  for (const { event, reason } of unmatched) {
    const { source, kind, paymentId, reference } = event;
    ctx.log.error('payment.unmatched', { provider: source, kind, paymentId, reference, reason });
  }
  const rows = unmatched.map(({ event, reason }) => ({
    ...{ source: event.source, eventId: event.eventId, reason, at },
    body: event,
  }));
  await (ctx.db as Database)
    .insert(unmatchedEvent)
    .select(
      sql`SELECT value ->> 'source', value ->> 'eventId', value ->> 'reason', value ->> 'body', value ->> 'at'
        FROM json_each(${JSON.stringify(rows)}) WHERE true`,
    )
    .onConflictDoNothing();
}

/** The events of these whose receipt was shown for another payment. Each receipt is its first payment's. */
export async function usedReceipts(
  ctx: Context,
  events: readonly PaymentEvent[],
): Promise<ReadonlySet<string>> {
  const shown = events.flatMap(({ source, receipt: number, paymentId, eventId }) =>
    number === null ? [] : [{ source, number, paymentId, eventId }],
  );
  if (shown.length === 0) return new Set();
  const list = JSON.stringify(shown);
  const db = ctx.db as Database;
  const [, others] = await db.batch([
    db
      .insert(receipt)
      .select(
        sql`SELECT value ->> 'source', value ->> 'number', value ->> 'paymentId', ${ctx.clock.now()}
          FROM json_each(${list}) WHERE true`,
      )
      .onConflictDoNothing(),
    db
      .select({ eventId: sql<string>`one.value ->> 'eventId'` })
      .from(sql`json_each(${list}) AS one`)
      .innerJoin(
        receipt,
        sql`${receipt.provider} = one.value ->> 'source' AND ${receipt.number} = one.value ->> 'number'
          AND ${receipt.paymentId} <> one.value ->> 'paymentId'`,
      ),
  ]);
  return new Set(others.map(({ eventId }) => eventId));
}
