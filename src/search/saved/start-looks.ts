import { and, asc, lte, sql } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { HOUR, SECOND } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import { commitReading } from '../../platform/commit.ts';
import { outbox } from '../../platform/tables.ts';
import { savedSearch } from './tables.ts';

/** Accounts; with the rest of the statement's parameters no more than the 100 that D1 takes. */
const LIMIT = 90;
/** Of a run. What is then still due has waited least, and is the first of the next run. */
const MAX_BATCHES = 10;
/** Longer than a message is tried. One that got lost is sent anew then. */
const LEASE_MS = HOUR;
const DRAIN_HEAD_START_MS = 30 * SECOND;

/** Has the saved searches of every account looked at that are due, those that have waited longest first. */
export async function startLooks(ctx: Context): Promise<number> {
  let sent = 0;
  for (let batch = 1; batch <= MAX_BATCHES; batch++) {
    const { found, mine } = await sendDue(ctx, ctx.clock.now());
    sent += mine;
    if (found < LIMIT) break;
  }
  return sent;
}

/** A message is written only beside the rows that it moves on, so that of two runs that overlap one sends it. */
async function sendDue(ctx: Context, now: number): Promise<{ found: number; mine: number }> {
  const due = await ctx.db
    .select({ accountId: savedSearch.accountId })
    .from(savedSearch)
    .where(lte(savedSearch.lookAt, now))
    .groupBy(savedSearch.lookAt, savedSearch.accountId)
    .orderBy(asc(savedSearch.lookAt))
    .limit(LIMIT);
  if (due.length === 0) return { found: 0, mine: 0 };

  const lookAt = now + LEASE_MS;
  const messages = [...new Set(due.map(({ accountId }) => accountId))].map((accountId) => ({
    ...{ id: newId('out', now), kind: 'look_for_new', accountId, lookAt },
  }));
  const told = sql`json_each(${JSON.stringify(messages)}) AS message`;
  const isDue = lte(savedSearch.lookAt, now);
  const moved = await commitReading(ctx, {
    writes: (db) => [
      db.insert(outbox).select(
        sql`SELECT message.value ->> 'id', 'jobs', message.value, 0, ${now + DRAIN_HEAD_START_MS} FROM ${told}
          WHERE EXISTS (SELECT 1 FROM ${savedSearch}
            WHERE ${savedSearch.accountId} = message.value ->> 'accountId' AND ${isDue})`,
      ),
    ],
    audit: [],
    read: (db) =>
      db
        .update(savedSearch)
        .set({ lookAt })
        .where(
          and(sql`${savedSearch.accountId} IN (SELECT message.value ->> 'accountId' FROM ${told})`, isDue),
        )
        .returning({ accountId: savedSearch.accountId }),
  });
  const taken = new Set(moved.map(({ accountId }) => accountId));
  const mine = messages.filter(({ accountId }) => taken.has(accountId));
  if (mine.length > 0) ctx.defer(ctx.drain(mine.map((message) => ({ queue: 'jobs', message }))));
  return { found: due.length, mine: mine.length };
}
