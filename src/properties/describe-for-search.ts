import { max, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import type { Outgoing } from '../platform/outbox.ts';
import { audit } from '../platform/tables.ts';
import { selectProperties } from './queries.ts';
import type { PublicProperty } from './schemas.ts';
import { property } from './tables.ts';
import { toPublicProperty } from './to-property.ts';

/** Goes with the commit that changes what search shows of a place, if it is let, which D1 may not know yet. */
export const toBeIndexed = (ctx: Pick<Context, 'clock'>, propertyId: string): Outgoing => ({
  queue: 'search',
  message: { id: newId('out', ctx.clock.now()), kind: 'content', propertyId },
});

export type PublicView = z.infer<typeof PublicProperty>;

/**
 * Places as the public would be shown them, whether they are published or not. Every change of them is in the
 * trail, so that of two such answers the one with the larger `asOf` is the later.
 */
export async function describeForSearch(
  ctx: Context,
  ids: readonly string[],
): Promise<{ asOf: number; views: PublicView[] }> {
  const [rows, [newest]] = await ctx.db.batch([
    selectProperties(ctx.db, null).where(
      sql`${property.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    ),
    ctx.db.select({ asOf: max(audit.seq) }).from(audit),
  ]);
  return { asOf: newest?.asOf ?? 0, views: rows.map((row) => toPublicProperty(row, ctx)) };
}

/** The ids after one, so many of them, for whoever goes through all. */
export async function listPropertyIds(ctx: Context, after: string, limit: number): Promise<string[]> {
  const rows = await ctx.db
    .select({ id: property.id })
    .from(property)
    .where(sql`${property.id} > ${after}`)
    .orderBy(property.id)
    .limit(limit);
  return rows.map(({ id }) => id);
}
