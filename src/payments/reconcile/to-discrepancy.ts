import { SECOND, toInstant } from '../../kernel/clock.ts';
import { statusOf } from './age.ts';
import type { discrepancy } from './tables.ts';

type Row = typeof discrepancy.$inferSelect;

/** As old as it is, or had become when it was mended. */
export function toDiscrepancy(row: Row, now: number) {
  const { id, provider, kind, subject, paymentId, reference, firstSeenAt, lastSeenAt, resolvedAt } = row;
  return {
    ...{ id, provider, kind, status: statusOf(row), subject, paymentId, reference },
    ours: sumOf(row.ourAmount, row.ourCurrency),
    theirs: sumOf(row.theirAmount, row.theirCurrency),
    firstSeenAt: toInstant(firstSeenAt),
    lastSeenAt: toInstant(lastSeenAt),
    resolvedAt: resolvedAt === null ? null : toInstant(resolvedAt),
    ageSeconds: Math.floor(((resolvedAt ?? now) - firstSeenAt) / SECOND),
  };
}

const sumOf = (amount: number | null, currency: string | null) =>
  amount === null || currency === null ? null : { amount, currency };
