import type { Context } from '../../context.ts';
import { DAY } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import { z } from '../../kernel/zod.ts';
import { type AuditEntry, commit } from '../../platform/commit.ts';
import type { Database } from '../../platform/database.ts';
import { sweep } from '../../properties/index.ts';
import { PROVIDERS } from '../ports.ts';
import { DOUBT_MS } from './age.ts';
import type { ReadTransfers } from './read-transfers.ts';
import { recheckDiscrepancies } from './recheck-discrepancies.ts';
import { reconcileRange } from './reconcile-range.ts';

/** A card's bank keeps money for seven days, so for so long a payment can still be captured; a wallet has paid at once. */
export const DAYS = { stripe: 8, mpesa: 2 } as const;
const RECHECKS = 50;
const RESULT = 'reconciliation';

const Sweep = z.object({
  kind: z.literal('reconcile_payments'),
  startedAt: z.int(),
  /** What is still to be compared. Empty: what differed before is still to be looked at again. */
  ranges: z.array(z.object({ provider: z.enum(PROVIDERS), from: z.int(), to: z.int() })),
  checked: z.int(),
  found: z.int(),
});
type Progress = Omit<z.infer<typeof Sweep>, 'kind'>;

/** Every provider's books beside ours, a message for each stretch of time. What is young is left for the next. */
export async function startSweep(
  ctx: Context,
  days: number | null,
  audit: readonly AuditEntry[],
): Promise<{ startedAt: number }> {
  const startedAt = ctx.clock.now();
  const to = startedAt - DOUBT_MS;
  const ranges = PROVIDERS.filter((provider) => ctx.providers[provider] !== null).map((provider) => ({
    ...{ provider, from: to - (days ?? DAYS[provider]) * DAY, to },
  }));
  return goOn(ctx, { startedAt, ranges, checked: 0, found: 0 }, audit);
}

export async function sweepPayments(ctx: Context, message: unknown, transfers: ReadTransfers): Promise<void> {
  const progress = Sweep.parse(message);
  const [range, ...others] = progress.ranges;
  if (range === undefined) return finish(ctx, progress, transfers);

  const { provider: name, from, to } = range;
  const provider = ctx.providers[name];
  const done = provider ? await reconcileRange(ctx, provider, { from, to }, transfers) : NOTHING;
  if ('partAt' in done) {
    const parts = [
      { ...range, from: done.partAt },
      { ...range, to: done.partAt },
    ];
    await goOn(ctx, { ...progress, ranges: [...parts, ...others] });
    return;
  }
  const checked = progress.checked + done.checked;
  const found = progress.found + done.found;
  await goOn(ctx, { ...progress, checked, found, ranges: others });
}

const NOTHING = { checked: 0, found: 0 };

async function finish(ctx: Context, progress: Progress, transfers: ReadTransfers): Promise<void> {
  const { startedAt, checked, found } = progress;
  const looked = await recheckDiscrepancies(ctx, { before: startedAt - 1, limit: RECHECKS }, transfers);
  if (looked === RECHECKS) return void (await goOn(ctx, progress));

  ctx.log.info('payments.reconciled', { checked, found });
  const cursor = JSON.stringify({ at: ctx.clock.now(), checked, found });
  await (ctx.db as Database)
    .insert(sweep)
    .values({ name: RESULT, cursor })
    .onConflictDoUpdate({ target: sweep.name, set: { cursor } });
}

function goOn(
  ctx: Context,
  { startedAt, ranges, checked, found }: Progress,
  audit: readonly AuditEntry[] = [],
): Promise<{ startedAt: number }> {
  const rest = { startedAt, ranges, checked, found };
  const message = { id: newId('out', ctx.clock.now()), kind: 'reconcile_payments', ...rest };
  const outbox = [{ queue: 'jobs' as const, message }];
  return commit(ctx, { writes: () => [], audit, outbox, result: { startedAt } });
}
