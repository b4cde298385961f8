import { type SQL, sql } from 'drizzle-orm';
import type { Payout } from '../../book/index.ts';
import type { Context } from '../../context.ts';
import type { ProviderName } from '../ports.ts';
import { ledgerEntry, payout } from '../tables.ts';
import { keyOf } from './compare-transfer.ts';
import type { OurTransfer } from './discrepancy.ts';

export type AskedTransfers = {
  readonly provider: ProviderName;
  /** All that were passed on in this time, and those of these keys whenever that was. */
  readonly range: { readonly from: number; readonly to: number } | null;
  readonly effectIds: readonly string[];
};
export type ReadTransfers = (ctx: Context, asked: AskedTransfers) => Promise<readonly OurTransfer[]>;

/** What was passed on to hosts, by the ledger's time for it. */
export const readTransfers: ReadTransfers = async (ctx, { provider, range, effectIds }) => {
  const keys = JSON.stringify(effectIds.map(keyOf));
  const [from, to] = [range?.from ?? 0, range?.to ?? 0];
  const wanted: SQL = sql`
    SELECT ${ledgerEntry.bookingId} AS booking_id, ${ledgerEntry.id} AS key FROM ${ledgerEntry}
      WHERE ${ledgerEntry.at} >= ${from} AND ${ledgerEntry.at} < ${to} AND ${ledgerEntry.kind} = 'payout'
    UNION SELECT substr(value, 1, instr(value, '-payout-') - 1), value FROM json_each(${keys})`;
  const rows = await ctx.db
    .select({ value: payout.value })
    .from(payout)
    .innerJoin(
      sql`(${wanted}) AS wanted`,
      sql`${payout.bookingId} = wanted.booking_id AND ${payout.value} ->> 'key' = wanted.key`,
    )
    .where(sql`${payout.value} ->> 'provider' = ${provider} AND ${payout.value} ->> 'sent' > 0`);
  return rows.map(({ value }) => toTransfer(value));
};

const toTransfer = ({
  id,
  key,
  sent,
  currency,
  reference,
  status,
  paidAt,
  createdAt,
}: Payout): OurTransfer => ({
  ...{ id, effectId: key, amount: sent ?? 0, currency, reference, status },
  at: paidAt ?? createdAt,
});
