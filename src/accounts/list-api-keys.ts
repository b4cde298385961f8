import { and, desc, eq, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import { type Page, toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import { requireSession } from './allow.ts';
import type { ApiKey, ListQuery } from './schemas.ts';
import { apiKey } from './tables.ts';

export async function listApiKeys(
  ctx: Context,
  { limit, cursor }: z.infer<typeof ListQuery>,
): Promise<Page<z.infer<typeof ApiKey>>> {
  const actor = requireSession(ctx);

  const list = `api-keys ${actor.accountId}`;
  const after = readPosition(ctx.keyring, list, cursor);
  const rows = await ctx.db
    .select()
    .from(apiKey)
    .where(
      and(
        eq(apiKey.accountId, actor.accountId),
        after && sql`(${apiKey.createdAt}, ${apiKey.id}) < (${after[0]}, ${after[1]})`,
      ),
    )
    .orderBy(desc(apiKey.createdAt), desc(apiKey.id))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    ({ id, name, scopes, expiresAt, createdAt }) => ({
      id,
      name,
      scopes,
      expiresAt: expiresAt === null ? null : toInstant(expiresAt),
      createdAt: toInstant(createdAt),
    }),
    (row) => writeCursor(ctx.keyring, list, [row.createdAt, row.id]),
  );
}
