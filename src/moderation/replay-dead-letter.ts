import { eq } from 'drizzle-orm';
import { requireStaff } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import type { Message, QueueName } from '../platform/outbox.ts';
import { deadLetter } from '../platform/tables.ts';
import { DeadLetterNotFound } from './errors.ts';
import { toDeadLetter } from './to-dead-letter.ts';

type Input = { deadLetterId: string; reason: string };

/** Back into its queue by the outbox, in the commit that takes it off the list. Consumers do nothing twice. */
export async function replayDeadLetter(ctx: Context, { deadLetterId, reason }: Input) {
  requireStaff(ctx);

  const [row] = await ctx.db.select().from(deadLetter).where(eq(deadLetter.id, deadLetterId));
  if (!row) throw DeadLetterNotFound();

  const { queue, body } = row;
  const said = JSON.parse(body) as Message;
  // Where no consumer asks for it, the name is only the outbox's.
  const id = queue === 'mail' || queue === 'jobs' ? said.id : row.id;
  const message = { ...said, id };
  return commit(ctx, {
    writes: (db) => [must(db.delete(deadLetter).where(eq(deadLetter.id, deadLetterId)))],
    whenMoved: DeadLetterNotFound,
    outbox: [{ queue: queue as QueueName, message }],
    audit: [{ action: 'dead_letter.replayed', subject: deadLetterId, reason, data: { queue } }],
    result: toDeadLetter(row),
  });
}
