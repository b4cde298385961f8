import { and, eq, getTableColumns } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { requireSession } from './allow.ts';
import { AccountSuspended } from './errors.ts';
import { toTokens } from './open-session.ts';
import type { Tokens } from './schemas.ts';
import { account, session } from './tables.ts';

/**
 * The tokens carry the new standing, so the caller is a host at once. The session rotates: whoever holds
 * only an access token cannot gain a lasting hold on the account without the owner's next refresh showing it.
 */
export async function becomeHost(ctx: Context): Promise<z.infer<typeof Tokens>> {
  const actor = requireSession(ctx);

  const [row] = await ctx.db
    .select({ ...getTableColumns(account), generation: session.generation })
    .from(session)
    .innerJoin(account, eq(account.id, session.accountId))
    .where(and(eq(session.id, actor.sessionId), eq(account.id, actor.accountId)));
  if (row?.status !== 'active') throw AccountSuspended();

  const now = ctx.clock.now();
  const { generation, ...own } = row;
  const host = { ...own, isHost: true };
  const next = {
    id: actor.sessionId,
    generation: generation + 1,
    mfa: actor.mfa,
    authenticatedAt: actor.authenticatedAt,
  };
  return commit(ctx, {
    writes: (db) => [
      db.update(account).set({ isHost: true, updatedAt: now }).where(eq(account.id, own.id)),
      must(
        db
          .update(session)
          .set({ generation: next.generation, rotatedAt: now, retried: false })
          .where(and(eq(session.id, next.id), eq(session.generation, generation))),
      ),
    ],
    audit: [{ action: 'account.became_host', subject: own.id }],
    result: await toTokens(ctx, host, next),
  });
}
