import type { Context } from '../../context.ts';
import { MINUTE } from '../../kernel/clock.ts';
import type { PaymentProvider, ProviderRecord } from '../ports.ts';
import { atOnce } from './at-once.ts';
import { compareTransfer, keyOf } from './compare-transfer.ts';
import type { Discrepancy } from './discrepancy.ts';
import { findSuspects } from './find-suspects.ts';
import { investigate } from './investigate.ts';
import { keepDiscrepancies } from './keep-discrepancies.ts';
import { type Range, readStretch } from './read-stretch.ts';
import type { ReadTransfers } from './read-transfers.ts';

/** How much one message takes on: lines of the provider's list, and payments that are looked at wholly. */
export const MAX_RECORDS = 1_000;
const MAX_SUSPECTS = 200;
/** Is taken on, however much it is. */
const MIN_RANGE_MS = MINUTE;

export type Reconciled =
  | { readonly checked: number; readonly found: number }
  /** There is too much in it for once: where to part it. */
  | { readonly partAt: number };

/** Both books over a stretch of time. */
export async function reconcileRange(
  ctx: Context,
  provider: PaymentProvider,
  range: Range,
  readTransfers: ReadTransfers,
): Promise<Reconciled> {
  const most = range.to - range.from <= MIN_RANGE_MS ? Number.POSITIVE_INFINITY : 1;
  const theirs = await collect(provider, range, most * MAX_RECORDS);
  const listedAt = theirs.map(({ at }) => at);
  if (theirs.length > most * MAX_RECORDS) return { partAt: middleOf(listedAt, range) };
  const { name } = provider;
  const isTransfer = ({ kind }: ProviderRecord) => kind === 'transfer';
  const parts = theirs.filter((one) => !isTransfer(one));
  const stretch = await readStretch(ctx, name, range, parts);
  const suspects = findSuspects(stretch);
  const begunAt = stretch.ours.map(({ createdAt }) => createdAt);
  if (suspects.length > most * MAX_SUSPECTS)
    return { partAt: middleOf(theirs.length > 0 ? listedAt : begunAt, range) };

  const found = await compareTransfers(ctx, provider, range, theirs.filter(isTransfer), readTransfers);
  await atOnce(suspects, async (suspect) => {
    try {
      found.push(...(await investigate(ctx, provider, suspect)));
    } catch (error) {
      ctx.log.warn('payment.not_compared', { provider: name, paymentId: suspect.paymentId, error });
    }
  });
  await keepDiscrepancies(ctx, name, found);
  return { checked: theirs.length + stretch.begunIds.size, found: found.length };
}

async function collect(
  provider: PaymentProvider,
  range: Range,
  most: number,
): Promise<readonly ProviderRecord[]> {
  const records: ProviderRecord[] = [];
  for await (const page of provider.list(range)) {
    records.push(...page);
    if (records.length > most) break;
  }
  return records;
}

/** As much before as after, as far as is known. */
function middleOf(moments: readonly number[], { from, to }: Range): number {
  const middle = moments.toSorted((a, b) => a - b)[Math.floor(moments.length / 2)] ?? from;
  return middle > from && middle < to ? middle : Math.floor((from + to) / 2);
}

/** Those of ours that the list does not show are asked for by name: they may be of a moment before or after. */
async function compareTransfers(
  ctx: Context,
  provider: PaymentProvider,
  range: Range,
  theirs: readonly ProviderRecord[],
  readTransfers: ReadTransfers,
): Promise<Discrepancy[]> {
  if (!provider.keeps.includes('transfer')) return [];
  const byKey = Map.groupBy(theirs, ({ effectId, reference }) => keyOf(effectId ?? reference));
  const effectIds = [...byKey.keys()];
  const ours = await readTransfers(ctx, { provider: provider.name, range, effectIds });
  const known = new Map(ours.map((one) => [one.effectId, one]));
  const found = effectIds.flatMap((key) => compareTransfer(known.get(key) ?? null, byKey.get(key) ?? []));
  for (const one of ours.filter(({ effectId }) => !byKey.has(effectId))) {
    const there = await provider.trace({ kind: 'transfer', id: one.effectId, reference: null });
    found.push(...compareTransfer(one, there));
  }
  return found;
}
