import { and, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { requireSession } from './allow.ts';
import { SessionNotFound } from './errors.ts';
import { endSessions, isLiveSession } from './queries.ts';
import { session } from './tables.ts';

export async function revokeSession(ctx: Context, { sessionId }: { sessionId: string }): Promise<void> {
  const actor = requireSession(ctx);

  const own = and(
    eq(session.id, sessionId),
    eq(session.accountId, actor.accountId),
    isLiveSession(ctx.clock.now()),
  );
  await commit(ctx, {
    writes: (db) => [must(endSessions(db, own, 'revoked', ctx))],
    audit: [{ action: 'session.ended', subject: sessionId, reason: 'revoked' }],
    whenMoved: SessionNotFound,
    result: undefined,
  });
}
