import { sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { AccountEnded } from '../platform/errors.ts';

type Asking = Pick<Context, 'db' | 'standing'>;

/**
 * For a change that is not committed in D1, where the commit itself would look: the session or key is alive
 * and its account active. One trip.
 */
export async function requireStanding(ctx: Asking): Promise<void> {
  if (ctx.standing !== null) heedStanding(await askStanding(ctx));
}

/** The same question as one statement of a batch, where a verb makes that trip anyway. */
export const askStanding = (ctx: Asking) =>
  ctx.db.select({ stands: sql<number>`(${ctx.standing ?? sql`TRUE`})`.as('stands') }).from(sql`(SELECT 1)`);

export function heedStanding([row]: readonly { stands: number }[]): void {
  if (!row?.stands) throw AccountEnded();
}
