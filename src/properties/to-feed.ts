import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import type { Keyring } from '../kernel/crypto.ts';
import type { z } from '../kernel/zod.ts';
import type { Feed } from './feed-schemas.ts';
import type { feed } from './tables.ts';

export type FeedRow = typeof feed.$inferSelect;

/** The address is sealed, for this feed alone. */
export const sealUrl = (keyring: Keyring, feedId: string, url: URL): string =>
  keyring.seal('feed', url.href, feedId);
export const openUrl = (keyring: Keyring, row: Pick<FeedRow, 'id' | 'url'>): URL | null =>
  URL.parse(keyring.open('feed', row.url, row.id) ?? '');

export const toFeed = (row: FeedRow, { keyring }: Pick<Context, 'keyring'>): z.infer<typeof Feed> => ({
  id: row.id,
  name: row.name,
  host: openUrl(keyring, row)?.hostname ?? '',
  blocks: row.blockCount,
  conflicts: row.conflicts as z.infer<typeof Feed>['conflicts'],
  problem: row.problem,
  lastSyncedAt: row.syncedAt === null ? null : toInstant(row.syncedAt),
  nextSyncAt: toInstant(row.nextSyncAt),
  createdAt: toInstant(row.createdAt),
});
