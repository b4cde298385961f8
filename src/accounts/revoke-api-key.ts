import { and, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { requireSession } from './allow.ts';
import { ApiKeyNotFound } from './errors.ts';
import { forgetApiKey } from './find-api-key.ts';
import { apiKey } from './tables.ts';

/** Writes stop at once; reads stop when the cached copy is gone, which is a minute or two. */
export async function revokeApiKey(ctx: Context, { keyId }: { keyId: string }): Promise<void> {
  const actor = requireSession(ctx);

  const own = and(eq(apiKey.id, keyId), eq(apiKey.accountId, actor.accountId));
  const [found] = await ctx.db.select({ digest: apiKey.digest }).from(apiKey).where(own);
  if (!found) throw ApiKeyNotFound();

  await commit(ctx, {
    writes: (db) => [must(db.delete(apiKey).where(own))],
    audit: [{ action: 'api_key.revoked', subject: keyId }],
    whenMoved: ApiKeyNotFound,
    result: undefined,
  });
  await forgetApiKey(ctx.kv, found.digest);
}
