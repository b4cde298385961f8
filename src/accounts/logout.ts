import { and, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { requireSession } from './allow.ts';
import { endSessions } from './queries.ts';
import type { LogoutBody } from './schemas.ts';
import { session } from './tables.ts';

export async function logout(ctx: Context, input: z.infer<typeof LogoutBody>): Promise<void> {
  const actor = requireSession(ctx);

  const everywhere = input.everywhere === true;
  const own = eq(session.accountId, actor.accountId);
  const which = everywhere ? own : and(own, eq(session.id, actor.sessionId));
  await commit(ctx, {
    writes: (db) => [endSessions(db, which, 'logout', ctx)],
    audit: [{ action: 'session.ended', subject: actor.sessionId, reason: 'logout', data: { everywhere } }],
    result: undefined,
  });
}
