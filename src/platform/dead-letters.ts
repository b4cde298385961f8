import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { Database } from './database.ts';
import { deadLetter } from './tables.ts';

/** Nothing that was accepted is thrown away: what no retry could save waits here for somebody to look. */
export const keepDeadLetter =
  (queue: string) =>
  async (ctx: Context, message: unknown, messageId: string): Promise<void> => {
    const now = ctx.clock.now();
    await (ctx.db as Database)
      .insert(deadLetter)
      .values({ id: newId('dlt', now), queue, messageId, body: JSON.stringify(message), at: now })
      .onConflictDoNothing();
    ctx.log.error('message.dead', { queue, messageId });
  };
