import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import type { Database } from '../platform/database.ts';
import { compareFrom, type TallyBooks } from './sweep-books.ts';
import { sweep } from './tables.ts';

/** How many books one message takes on. */
const BATCH = 200;
const RESULT = 'comparison';

export const CompareBooks = z.object({
  kind: z.literal('compare_books'),
  after: z.string(),
  checked: z.int(),
  mended: z.int(),
});
type Progress = Omit<z.infer<typeof CompareBooks>, 'kind'>;

/** Every book against D1, a message for each stretch of them; the last one leaves the result in `sweep`. */
export async function startComparison(ctx: Context): Promise<number> {
  await goOn(ctx, { after: '', checked: 0, mended: 0 });
  return 1;
}

export async function compareBooks(ctx: Context, message: unknown, tally: TallyBooks): Promise<void> {
  const { after, checked, mended } = CompareBooks.parse(message);
  const found = await compareFrom(ctx, tally, after, BATCH);
  const progress = { checked: checked + found.checked, mended: mended + found.mended };
  if (found.last !== null) return goOn(ctx, { after: found.last, ...progress });

  ctx.log.info('books.compared', progress);
  const cursor = JSON.stringify({ at: ctx.clock.now(), ...progress });
  await (ctx.db as Database)
    .insert(sweep)
    .values({ name: RESULT, cursor })
    .onConflictDoUpdate({ target: sweep.name, set: { cursor } });
}

async function goOn(ctx: Context, progress: Progress): Promise<void> {
  const message = { id: newId('out', ctx.clock.now()), kind: 'compare_books', ...progress };
  await commit(ctx, { writes: () => [], audit: [], outbox: [{ queue: 'jobs', message }], result: null });
}
