import { and, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commitReading } from '../platform/commit.ts';
import { InvalidRefreshToken } from './errors.ts';
import { toTokens } from './open-session.ts';
import { isLiveSession } from './queries.ts';
import { RETRY_GRACE_MS, readRefreshToken, SESSION_LIFE_MS, SESSION_MAX_LIFE_MS } from './rules.ts';
import type { RefreshBody, Tokens } from './schemas.ts';
import { account, session } from './tables.ts';

/**
 * One trip, in which D1 itself decides: the newest generation rotates; the one before it may come again
 * once, shortly after, and gets the same successor; any other one was stolen, and the session ends.
 */
export async function refreshTokens(
  ctx: Context,
  input: z.infer<typeof RefreshBody>,
): Promise<z.infer<typeof Tokens>> {
  const shown = readRefreshToken(ctx.keyring, input.refreshToken);
  if (!shown) throw InvalidRefreshToken();

  const now = ctx.clock.now();
  const { sessionId, generation } = shown;
  const isNewest = sql`${session.generation} = ${generation}`;
  const isRetry = sql`${session.generation} = ${generation + 1} AND NOT ${session.retried}
    AND ${session.rotatedAt} > ${now - RETRY_GRACE_MS}`;
  const ownerIsActive = sql`EXISTS (SELECT 1 FROM ${account}
    WHERE ${account.id} = ${session.accountId} AND ${account.status} = 'active')`;
  const endedNow = sql`EXISTS (SELECT 1 FROM ${session} WHERE ${session.id} = ${sessionId}
    AND ${session.endedBy} = ${ctx.runId})`;
  const [row] = await commitReading(ctx, {
    writes: (db) => [
      db
        .update(session)
        .set({
          generation: sql`CASE WHEN ${isNewest} THEN ${generation + 1} ELSE ${session.generation} END`,
          rotatedAt: sql`CASE WHEN ${isNewest} THEN ${now} ELSE ${session.rotatedAt} END`,
          retried: sql`CASE WHEN ${isNewest} THEN 0 WHEN ${isRetry} THEN 1 ELSE ${session.retried} END`,
          expiresAt: sql`CASE WHEN ${isNewest}
            THEN min(${now + SESSION_LIFE_MS}, ${session.createdAt} + ${SESSION_MAX_LIFE_MS})
            ELSE ${session.expiresAt} END`,
          endedAt: sql`CASE WHEN ${isNewest} OR ${isRetry} THEN NULL ELSE ${now} END`,
          endedBecause: sql`CASE WHEN ${isNewest} OR ${isRetry} THEN NULL ELSE 'reuse' END`,
          endedBy: sql`CASE WHEN ${isNewest} OR ${isRetry} THEN NULL ELSE ${ctx.runId} END`,
        })
        .where(and(eq(session.id, sessionId), isLiveSession(now), ownerIsActive)),
    ],
    audit: [{ action: 'session.ended', subject: sessionId, reason: 'reuse', when: endedNow }],
    read: (db) =>
      db
        .select({
          ...getTableColumns(account),
          session: {
            id: sql<string>`${session.id}`.as('session_id'),
            generation: session.generation,
            mfa: sql<number>`${session.mfa}`.as('session_mfa'),
            authenticatedAt: session.authenticatedAt,
          },
        })
        .from(session)
        .innerJoin(account, eq(account.id, session.accountId))
        .where(and(eq(session.id, sessionId), isLiveSession(now), gt(session.generation, generation))),
  });

  if (row?.status !== 'active' || row.session.generation !== generation + 1) throw InvalidRefreshToken();
  return toTokens(ctx, row, { ...row.session, mfa: row.session.mfa === 1 });
}
