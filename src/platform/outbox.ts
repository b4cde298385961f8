import { asc, inArray, lte, sql } from 'drizzle-orm';
import { type Clock, SECOND } from '../kernel/clock.ts';
import type { Database } from './database.ts';
import type { Log } from './log.ts';
import { outbox } from './tables.ts';

/** The queues by the name that the outbox stores; each is a binding. */
export type QueueName = 'mail' | 'jobs' | 'search' | 'effects' | 'provider-events';
export type Queues = Readonly<Record<QueueName, Pick<Queue, 'send'>>>;

/** A message names things by id and carries nothing private: it may lie in a dead-letter table for days. */
export type Message = { readonly id: string; readonly kind: string } & Readonly<Record<string, unknown>>;
export type Outgoing = { readonly queue: QueueName; readonly message: Message };

export type DrainContext = {
  readonly db: Database;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly log: Log;
};

/** D1 takes 100 parameters in a statement, ids and all. */
const SWEEP_LIMIT = 90;
const FIRST_RETRY_SECONDS = 15;
const MAX_RETRY_SECONDS = 3_600;

/** Sends and only then forgets; what could not be sent stays, due again later. Never throws. */
export async function drainOutbox(ctx: DrainContext, rows: readonly Outgoing[]): Promise<void> {
  const sent: string[] = [];
  const failed: string[] = [];
  for (const { queue, message } of rows) {
    try {
      await ctx.queues[queue].send(message);
      sent.push(message.id);
    } catch (error) {
      failed.push(message.id);
      ctx.log.warn('outbox.send_failed', { queue, messageId: message.id, error });
    }
  }
  try {
    if (sent.length > 0) await ctx.db.delete(outbox).where(inArray(outbox.id, sent));
    if (failed.length > 0) await postpone(ctx, failed);
  } catch (error) {
    ctx.log.warn('outbox.not_settled', { sent: sent.length, failed: failed.length, error });
  }
}

/** The sweep behind the drain: whatever a crash or an outage left in the outbox goes out here. */
export async function sweepOutbox(ctx: DrainContext): Promise<number> {
  const due = await ctx.db
    .select({ queue: outbox.queue, body: outbox.body })
    .from(outbox)
    .where(lte(outbox.nextAttemptAt, ctx.clock.now()))
    .orderBy(asc(outbox.nextAttemptAt))
    .limit(SWEEP_LIMIT);
  const rows = due.map(({ queue, body }) => ({
    queue: queue as QueueName,
    message: JSON.parse(body) as Message,
  }));
  await drainOutbox(ctx, rows);
  return rows.length;
}

async function postpone(ctx: DrainContext, ids: readonly string[]): Promise<void> {
  const waitMs = sql`min(${FIRST_RETRY_SECONDS} << min(${outbox.attempts}, 20), ${MAX_RETRY_SECONDS}) * ${SECOND}`;
  const jitterMs = Math.floor(Math.random() * FIRST_RETRY_SECONDS * SECOND);
  await ctx.db.batch([
    ctx.db
      .update(outbox)
      .set({
        attempts: sql`${outbox.attempts} + 1`,
        nextAttemptAt: sql`${ctx.clock.now() + jitterMs} + ${waitMs}`,
      })
      .where(inArray(outbox.id, [...ids])),
  ]);
}
