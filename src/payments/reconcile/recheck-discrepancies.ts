import { inArray, sql } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import type { Database } from '../../platform/database.ts';
import type { PaymentProvider } from '../ports.ts';
import { DOUBT_MS, statusOf } from './age.ts';
import { atOnce } from './at-once.ts';
import { compareTransfer, keyOf } from './compare-transfer.ts';
import type { Discrepancy } from './discrepancy.ts';
import { investigate } from './investigate.ts';
import type { ReadTransfers } from './read-transfers.ts';
import { discrepancy } from './tables.ts';

type Row = typeof discrepancy.$inferSelect;
type Looked = { readonly row: Row; readonly found: Discrepancy | null };

/**
 * Looks again at what was not mended by now, and was last looked at before a moment; as many as went through.
 * Doubtful ones that were nothing are forgotten.
 */
export async function recheckDiscrepancies(
  ctx: Context,
  { before, limit }: { readonly before: number; readonly limit: number },
  transfers: ReadTransfers,
): Promise<number> {
  const rows = await ctx.db
    .select()
    .from(discrepancy)
    .where(sql`${discrepancy.resolvedAt} IS NULL AND ${discrepancy.lastSeenAt} <= ${before}`)
    // One that can't be asked about is not to stand before the others.
    .orderBy(sql`random()`)
    .limit(limit);
  const looked: Looked[] = [];
  await atOnce(rows, async (row) => {
    try {
      const provider = ctx.providers[row.provider];
      if (provider) looked.push({ row, found: await lookAgain(ctx, provider, row, transfers) });
    } catch (error) {
      ctx.log.warn('payment.not_compared', { provider: row.provider, paymentId: row.paymentId, error });
    }
  });
  await keepLooks(ctx, looked);
  return looked.length;
}

/** Every hour, for each of them. */
export const recheckDue = (ctx: Context, transfers: ReadTransfers): Promise<number> =>
  recheckDiscrepancies(ctx, { before: ctx.clock.now() - DOUBT_MS, limit: MINUTE_BATCH }, transfers);
const MINUTE_BATCH = 20;

async function lookAgain(
  ctx: Context,
  provider: PaymentProvider,
  { kind, subject, paymentId, reference }: Row,
  transfers: ReadTransfers,
): Promise<Discrepancy | null> {
  // What was written on a stranger is no name of ours.
  const known = kind === 'payment_missing_here' ? null : paymentId;
  const found =
    kind === 'transfer_differs'
      ? await lookAtTransfer(ctx, provider, { subject, reference }, transfers)
      : await investigate(ctx, provider, {
          paymentId: known,
          references: new Set(reference ? [reference] : []),
        });
  return found.find((one) => one.kind === kind && one.subject === subject) ?? null;
}

async function lookAtTransfer(
  ctx: Context,
  provider: PaymentProvider,
  { subject, reference }: Pick<Row, 'subject' | 'reference'>,
  transfers: ReadTransfers,
): Promise<Discrepancy[]> {
  const id = keyOf(subject);
  const asked = { provider: provider.name, range: null, effectIds: [id] };
  const [ours = null] = await transfers(ctx, asked);
  // One without a key of ours has only the provider's own name.
  const names = subject === reference ? { id: null, reference } : { id, reference: null };
  return compareTransfer(ours, await provider.trace({ kind: 'transfer', ...names }));
}

async function keepLooks(ctx: Context, looked: readonly Looked[]): Promise<void> {
  const now = ctx.clock.now();
  const still = looked.filter(({ found }) => found !== null).map(({ row }) => row);
  const gone = looked.filter(({ found }) => found === null).map(({ row }) => row);
  const [doubtful, mended] = [gone.filter(isDoubtful), gone.filter((row) => !isDoubtful(row))];
  const ids = (rows: readonly Row[]) =>
    sql`(SELECT value FROM json_each(${JSON.stringify(rows.map(({ id }) => id))}))`;
  const db = ctx.db as Database;
  if (looked.length > 0)
    await db.batch([
      db
        .update(discrepancy)
        .set({ lastSeenAt: now })
        .where(inArray(discrepancy.id, ids(still))),
      db
        .update(discrepancy)
        .set({ resolvedAt: now })
        .where(inArray(discrepancy.id, ids(mended))),
      db.delete(discrepancy).where(inArray(discrepancy.id, ids(doubtful))),
    ]);
  for (const row of still.filter(isDoubtful)) {
    const { provider, kind, subject, paymentId } = row;
    if (!isDoubtful({ ...row, lastSeenAt: now }))
      ctx.log.error('payment.discrepancy', { provider, kind, subject, paymentId });
  }
  for (const { provider, kind, subject, paymentId } of mended)
    ctx.log.info('payment.discrepancy_resolved', { provider, kind, subject, paymentId });
}

const isDoubtful = (row: Row): boolean => statusOf(row) === 'suspected';
