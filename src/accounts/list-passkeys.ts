import { desc, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import type { Page } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { requireSession } from './allow.ts';
import { MAX_PASSKEYS } from './rules.ts';
import type { Passkey } from './schemas.ts';
import { passkey } from './tables.ts';

/** All of them: an account has few enough for one page. */
export async function listPasskeys(ctx: Context): Promise<Page<z.infer<typeof Passkey>>> {
  const actor = requireSession(ctx);

  const rows = await ctx.db
    .select()
    .from(passkey)
    .where(eq(passkey.accountId, actor.accountId))
    .orderBy(desc(passkey.createdAt), desc(passkey.id))
    .limit(MAX_PASSKEYS);
  const data = rows.map(({ id, name, createdAt, lastUsedAt }) => ({
    id,
    name,
    createdAt: toInstant(createdAt),
    lastUsedAt: lastUsedAt === null ? null : toInstant(lastUsedAt),
  }));
  return { data, nextCursor: null };
}
