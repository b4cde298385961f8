import { requireRecentLogin } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { commit } from '../platform/commit.ts';
import { EXPORT_LIFE_MS } from './rules.ts';
import { dataExport } from './tables.ts';

export async function requestExport(ctx: Context) {
  const actor = requireRecentLogin(ctx);

  const now = ctx.clock.now();
  const row = {
    id: newId('exp', now),
    accountId: actor.accountId,
    requestedAt: now,
    readyAt: null,
    expiresAt: now + EXPORT_LIFE_MS,
  };
  const message = { id: newId('out', now), kind: 'export_data', exportId: row.id };
  return commit(ctx, {
    writes: (db) => [db.insert(dataExport).values(row)],
    audit: [{ action: 'data.export_requested', subject: actor.accountId }],
    outbox: [{ queue: 'jobs', message }],
    result: {
      id: row.id,
      status: 'preparing' as const,
      requestedAt: toInstant(now),
      expiresAt: toInstant(row.expiresAt),
    },
  });
}
