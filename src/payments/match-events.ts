import { sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { Database } from '../platform/database.ts';
import { payment, receipt } from './tables.ts';

type Shown = {
  readonly source: string;
  readonly eventId: string;
  readonly paymentId: string | null;
  readonly receipt: string | null;
  /** What the provider calls the payment, for an event that does not say what we call it. */
  readonly paymentReference: string | null;
};
export type Matches = {
  /** Events whose receipt was shown for another payment: each is its first payment's. */
  readonly usedReceipts: ReadonlySet<string>;
  readonly paymentIds: ReadonlyMap<string, string>;
};

/** What only all books together can tell, of all events in one trip. */
export async function matchEvents(ctx: Context, events: readonly Shown[]): Promise<Matches> {
  const isAsked = events.some((one) => one.receipt !== null || one.paymentReference !== null);
  if (!isAsked) return { usedReceipts: new Set(), paymentIds: new Map() };

  const list = JSON.stringify(events);
  const db = ctx.db as Database;
  const [, used, found] = await db.batch([
    db
      .insert(receipt)
      .select(
        sql`SELECT value ->> 'source', value ->> 'receipt', value ->> 'paymentId', ${ctx.clock.now()}
          FROM json_each(${list}) WHERE value ->> 'receipt' IS NOT NULL AND value ->> 'paymentId' IS NOT NULL`,
      )
      .onConflictDoNothing(),
    db
      .select({ eventId: sql<string>`one.value ->> 'eventId'`.as('event_id') })
      .from(sql`json_each(${list}) AS one`)
      .innerJoin(
        receipt,
        sql`${receipt.provider} = one.value ->> 'source' AND ${receipt.number} = one.value ->> 'receipt'
          AND ${receipt.paymentId} <> one.value ->> 'paymentId'`,
      ),
    db
      .select({ eventId: sql<string>`one.value ->> 'eventId'`.as('event_id'), paymentId: payment.id })
      .from(sql`json_each(${list}) AS one`)
      .innerJoin(payment, sql`${payment.reference} = one.value ->> 'paymentReference'`),
  ]);
  return {
    usedReceipts: new Set(used.map(({ eventId }) => eventId)),
    paymentIds: new Map(found.map(({ eventId, paymentId }) => [eventId, paymentId])),
  };
}
