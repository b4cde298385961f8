import { asc, sql } from 'drizzle-orm';
import { askStanding, heedStanding, requireStaff } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import type { ParkedEffectsQuery } from './schemas.ts';
import { parkedEffect } from './tables.ts';
import { toEffect } from './to-effect.ts';

const LIST = 'parked effects';

/** What providers refused, or have not answered for more than an hour; the oldest first. */
export async function listParkedEffects(ctx: Context, { limit, cursor }: z.infer<typeof ParkedEffectsQuery>) {
  requireStaff(ctx);

  const after = readPosition(ctx.keyring, LIST, cursor);
  const { id, createdAt, value, isParked } = parkedEffect;
  const [standing, rows] = await ctx.db.batch([
    askStanding(ctx),
    ctx.db
      .select({ id, createdAt, value })
      .from(parkedEffect)
      .where(
        sql`${isParked} = 1 ${after ? sql`AND (${createdAt}, ${id}) > (${after[0]}, ${after[1]})` : sql``}`,
      )
      .orderBy(asc(createdAt), asc(id))
      .limit(limit + 1),
  ]);
  heedStanding(standing);

  return toPage(
    rows,
    limit,
    (row) => toEffect(row.value),
    (row) => writeCursor(ctx.keyring, LIST, [row.createdAt, row.id]),
  );
}
