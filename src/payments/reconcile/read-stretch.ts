import { and, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import type { ProviderName, ProviderRecord } from '../ports.ts';
import { ledgerEntry, payment, unmatchedEvent } from '../tables.ts';
import type { Stretch } from './find-suspects.ts';

export type Range = { readonly from: number; readonly to: number };

const isOf = (provider: ProviderName): SQL => sql`${payment.value} ->> 'provider' = ${provider}`;

/** D1's side of a stretch of time: late by moments, so that what differs is asked of the books. */
export async function readStretch(
  { db }: Pick<Context, 'db'>,
  provider: ProviderName,
  { from, to }: Range,
  theirs: readonly ProviderRecord[],
): Promise<Stretch> {
  const names = JSON.stringify([
    ...new Set(theirs.flatMap(({ paymentId, paymentReference }) => [paymentId, paymentReference])),
  ]);
  const within = (at: typeof payment.createdAt | typeof ledgerEntry.at | typeof unmatchedEvent.at) =>
    and(gte(at, from), lt(at, to));
  const named = sql`(SELECT value FROM json_each(${names}))`;
  const refund = sql`substr(${ledgerEntry.id}, 8)`;
  const [known, begun, heard, unmatched] = await db.batch([
    db
      .select({ value: payment.value })
      .from(payment)
      .where(sql`(${payment.id} IN ${named} OR ${payment.reference} IN ${named}) AND ${isOf(provider)}`),
    db
      .select({ value: payment.value })
      .from(payment)
      .where(and(within(payment.createdAt), isOf(provider))),
    db
      .select({
        paymentId: payment.id,
        reference: sql<
          string | null
        >`iif(${ledgerEntry.kind} = 'refund', ${refund}, ${payment.reference})`.as('told'),
      })
      .from(ledgerEntry)
      .innerJoin(
        payment,
        sql`${payment.bookingId} = ${ledgerEntry.bookingId} AND ${isOf(provider)} AND iif(${ledgerEntry.kind} = 'refund',
          ${payment.value} -> '$.told.refunds' ->> ${refund} IS NOT NULL, ${ledgerEntry.id} = 'capture:' || ${payment.id})`,
      )
      .where(sql`${ledgerEntry.kind} IN ('capture', 'refund') AND ${within(ledgerEntry.at)}`),
    db
      .select({
        paymentId: sql<string | null>`${unmatchedEvent.body} ->> 'paymentId'`.as('payment_id'),
        reference: sql<string>`${unmatchedEvent.body} ->> 'reference'`.as('reference'),
      })
      .from(unmatchedEvent)
      .where(
        sql`${unmatchedEvent.source} = ${provider} AND ${within(unmatchedEvent.at)}
          AND ${unmatchedEvent.body} ->> 'kind' IN ('authorized', 'captured')`,
      ),
  ]);
  const begunIds = new Set(begun.map(({ value }) => value.id));
  const ours = new Map([...known, ...begun].map(({ value }) => [value.id, value]));
  return { theirs, ours: [...ours.values()], begunIds, heard, unmatched };
}
