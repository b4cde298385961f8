import { and, asc, eq } from 'drizzle-orm';
import { activeAccount } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { Refusal } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { z } from '../../kernel/zod.ts';
import { commit, must } from '../../platform/commit.ts';
import { StateMoved } from '../../platform/errors.ts';
import type { Found } from '../judge-rows.ts';
import { readQuery } from '../read-query.ts';
import { look } from './look.ts';
import type { NewPlaces } from './mail.ts';
import { isOver, LOOK_EVERY_MS, MAX_NAMED, MAX_PAGES, newsOf } from './rules.ts';
import { savedSearch } from './tables.ts';

const Job = z.object({ kind: z.literal('look_for_new'), accountId: z.string(), lookAt: z.int() });
type Row = typeof savedSearch.$inferSelect;
type Outcome = { readonly id: string; readonly change: Partial<Row>; readonly news: readonly Found[] };

/**
 * What is new for all that an account has saved, in one mail and with its next look in one commit. The message is of
 * the lease in `lookAt`: whoever comes later, or second, finds it moved on and changes nothing.
 */
export async function lookForNew(ctx: Context, message: unknown): Promise<void> {
  const { accountId, lookAt } = Job.parse(message);
  const mine = and(eq(savedSearch.accountId, accountId), eq(savedSearch.lookAt, lookAt));
  const [active, rows] = await ctx.db.batch([
    activeAccount(ctx.db, accountId),
    ctx.db.select().from(savedSearch).where(mine).orderBy(asc(savedSearch.createdAt), asc(savedSearch.id)),
  ]);
  if (rows.length === 0) return;

  // Who is suspended is told afterwards of what was new meanwhile.
  const outcomes = active.length === 0 ? [] : await lookAtAll(ctx, rows);

  const now = ctx.clock.now();
  const news = outcomes.filter(({ news }) => news.length > 0).map(toNews);
  const mail: NewPlaces = { id: newId('out', now), kind: 'new_places', accountId, news };
  await commit(ctx, {
    writes: (db) => [
      must(
        db
          .update(savedSearch)
          .set({ lookAt: now + LOOK_EVERY_MS })
          .where(mine),
      ),
      ...outcomes.map(({ id, change, news }) =>
        db
          .update(savedSearch)
          .set({ ...change, ...(news.length > 0 && { toldAt: now }) })
          .where(and(eq(savedSearch.id, id), eq(savedSearch.state, 'watching'))),
      ),
    ],
    audit: [],
    outbox: news.length > 0 ? [{ queue: 'mail', message: mail }] : [],
    result: undefined,
  }).catch((error) => {
    if (!(error instanceof Refusal && error.type === StateMoved)) throw error;
  });
}

/** One that can't be looked at holds up no other, and waits for tomorrow; when none can, all are tried again. */
async function lookAtAll(ctx: Context, rows: readonly Row[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let failure: unknown;
  for (const row of rows) {
    try {
      outcomes.push(await lookAtOne(ctx, row));
    } catch (error) {
      failure = error;
      ctx.log.warn('search.not_looked', { savedSearchId: row.id, error });
    }
  }
  if (outcomes.length === 0) throw failure;
  return outcomes;
}

async function lookAtOne(ctx: Context, { id, query, seen: before }: Row): Promise<Outcome> {
  const asked = readQuery(query);
  if (isOver(asked, ctx.clock.now())) return { id, change: { state: 'over', lookAt: null }, news: [] };
  const { found, seen } = await look(ctx, asked, MAX_PAGES);
  return { id, change: { seen }, news: newsOf(before, found) };
}

const toNews = ({ id: savedSearchId, news }: Outcome): NewPlaces['news'][number] => ({
  savedSearchId,
  count: news.length,
  places: news.slice(0, MAX_NAMED).map(({ id, offer }) => ({ id, ...(offer && { offer }) })),
});
