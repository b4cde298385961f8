import { and, desc, eq, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import { type Page, toPage, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import { requireSession } from './allow.ts';
import { isLiveSession } from './queries.ts';
import type { ListQuery, Session } from './schemas.ts';
import { session } from './tables.ts';

export async function listSessions(
  ctx: Context,
  { limit, cursor }: z.infer<typeof ListQuery>,
): Promise<Page<z.infer<typeof Session>>> {
  const actor = requireSession(ctx);

  const list = `sessions ${actor.accountId}`;
  const after = readPosition(ctx.keyring, list, cursor);
  const rows = await ctx.db
    .select()
    .from(session)
    .where(
      and(
        eq(session.accountId, actor.accountId),
        isLiveSession(ctx.clock.now()),
        after && sql`(${session.createdAt}, ${session.id}) < (${after[0]}, ${after[1]})`,
      ),
    )
    .orderBy(desc(session.createdAt), desc(session.id))
    .limit(limit + 1);

  return toPage(
    rows,
    limit,
    (row) => ({
      id: row.id,
      current: row.id === actor.sessionId,
      userAgent: row.userAgent,
      mfa: row.mfa,
      createdAt: toInstant(row.createdAt),
      lastUsedAt: toInstant(row.rotatedAt),
      expiresAt: toInstant(row.expiresAt),
    }),
    (row) => writeCursor(ctx.keyring, list, [row.createdAt, row.id]),
  );
}
