import type { Context } from '../../context.ts';
import { newId } from '../../kernel/ids.ts';
import { z } from '../../kernel/zod.ts';
import { commit } from '../../platform/commit.ts';
import { exchangeOf, readTable } from './table.ts';
import { keyPrices, keyScores } from './write-keys.ts';

const Rekey = z.object({
  kind: z.literal('rekey_prices'),
  since: z.int(),
  pass: z.enum(['price', 'score']),
  after: z.int(),
  moved: z.int(),
});
type Progress = Omit<z.infer<typeof Rekey>, 'kind'>;

/**
 * Puts the index in the order of a table, stretch by stretch: first the prices, then, when the averages around are
 * right again, the scores that are measured by them. May be done twice; one of a table that is past ends.
 */
export async function rekeyPrices(ctx: Context, message: unknown): Promise<void> {
  const { since, pass, after, moved } = Rekey.parse(message);
  const table = await readTable(ctx);
  if (table.since < since) throw new Error('KV still has the table before');
  if (table.since > since) return;

  const { searchDb } = ctx;
  const isPrice = pass === 'price';
  const done = isPrice
    ? await keyPrices(searchDb, exchangeOf(table), after)
    : await keyScores(searchDb, after);
  const progress = { since, pass, moved: moved + done.moved };
  if (done.last !== null) return goOn(ctx, { ...progress, after: done.last });
  if (isPrice && progress.moved > 0) return goOn(ctx, { ...progress, pass: 'score', after: 0 });
  ctx.log.info('search.rekeyed', { moved: progress.moved });
}

export async function goOn(ctx: Context, progress: Progress): Promise<void> {
  const message = { id: newId('out', ctx.clock.now()), kind: 'rekey_prices', ...progress };
  await commit(ctx, { writes: () => [], audit: [], outbox: [{ queue: 'jobs', message }], result: null });
}
