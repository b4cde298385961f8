import { asc, sql } from 'drizzle-orm';
import { askStanding, heedStanding, requireStaff } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import { deadLetter } from '../platform/tables.ts';
import type { DeadLettersQuery } from './schemas.ts';
import { toDeadLetter } from './to-dead-letter.ts';

const LIST = 'dead letters';

/** The messages that no retry could save, the oldest first. */
export async function listDeadLetters(ctx: Context, { limit, cursor }: z.infer<typeof DeadLettersQuery>) {
  requireStaff(ctx);

  const after = readPosition(ctx.keyring, LIST, cursor);
  const [standing, rows] = await ctx.db.batch([
    askStanding(ctx),
    ctx.db
      .select()
      .from(deadLetter)
      .where(after ? sql`${deadLetter.id} > ${after[0]}` : undefined)
      .orderBy(asc(deadLetter.id))
      .limit(limit + 1),
  ]);
  heedStanding(standing);

  return toPage(rows, limit, toDeadLetter, ({ id }) => writeCursor(ctx.keyring, LIST, [id]));
}
