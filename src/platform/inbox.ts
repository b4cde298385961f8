import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { z } from '../kernel/zod.ts';
import type { Database } from './database.ts';
import { inbox } from './tables.ts';

const Envelope = z.looseObject({ id: z.string() });

/**
 * Queues deliver at least once. A message that was done is remembered, so its second delivery does
 * nothing; between doing and remembering there is a gap, which the consumer's own key has to bridge.
 */
export function onceOnly<M>(consume: (ctx: Context, message: M) => Promise<void>) {
  return async (ctx: Context, message: unknown): Promise<void> => {
    const { id } = Envelope.parse(message);
    const done = await ctx.db.select({ at: inbox.at }).from(inbox).where(eq(inbox.messageId, id));
    if (done.length > 0) return;
    await consume(ctx, message as M);
    await (ctx.db as Database)
      .insert(inbox)
      .values({ messageId: id, at: ctx.clock.now() })
      .onConflictDoNothing();
  };
}
