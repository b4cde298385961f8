import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { listPropertyIds } from '../properties/index.ts';
import { indexProperties } from './index-properties.ts';
import { dropOthers, forgetVersions } from './write-index.ts';

/** How many places one message takes on. */
const BATCH = 50;
const Reindex = z.object({
  kind: z.literal('reindex'),
  after: z.string(),
  done: z.int(),
  /** What is there may be of a time that never was, and is no newer than what is true. */
  restored: z.boolean().default(false),
});

/** Makes the index anew, stretch by stretch, over what is there: searches go on meanwhile. */
export async function reindex(ctx: Context, message: unknown): Promise<void> {
  const { after, done, restored } = Reindex.parse(message);
  // What is made from now on is told of by itself.
  const newest = newId('prp', ctx.clock.now());
  const ids = await listPropertyIds(ctx, after, BATCH);
  const last = ids.length === BATCH ? (ids.at(-1) ?? null) : null;
  if (restored) await forgetVersions(ctx.searchDb, ids);
  const results = await indexProperties(
    ctx,
    ids.map((propertyId) => ({ kind: 'content', propertyId })),
  );
  const failed = results.find((result) => result !== null);
  if (failed) throw failed;
  await dropOthers(ctx.searchDb, after, last ?? newest, ids);
  const total = done + ids.length;
  if (last === null) return ctx.log.info('search.reindexed', { total });
  const next = { id: newId('out', ctx.clock.now()), kind: 'reindex', after: last, done: total, restored };
  await commit(ctx, {
    writes: () => [],
    audit: [],
    outbox: [{ queue: 'jobs', message: next }],
    result: null,
  });
}
