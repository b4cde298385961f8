import { eq, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { DAY, toInstant } from '../kernel/clock.ts';
import { randomToken, sha256 } from '../kernel/crypto.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { requireRecentLogin, requireStaff } from './allow.ts';
import { TooManyApiKeys } from './errors.ts';
import { notice } from './mails.ts';
import { MAX_API_KEYS } from './rules.ts';
import type { CreateApiKeyBody, NewApiKey } from './schemas.ts';
import { apiKey } from './tables.ts';

/** The key is told once; what is kept finds it again and cannot be turned back into it. */
export async function createApiKey(
  ctx: Context,
  input: z.infer<typeof CreateApiKeyBody>,
): Promise<z.infer<typeof NewApiKey>> {
  const actor = requireRecentLogin(ctx);
  if (input.scopes.includes('staff')) requireStaff(ctx);

  const now = ctx.clock.now();
  const key = `rk_${randomToken(32)}`;
  const row = {
    id: newId('key', now),
    accountId: actor.accountId,
    name: input.name,
    digest: sha256(key),
    scopes: [...new Set(input.scopes)],
    expiresAt: input.expiresInDays === undefined ? null : now + input.expiresInDays * DAY,
    createdAt: now,
  };
  const { id, name, scopes, expiresAt } = row;
  return commit(ctx, {
    writes: (db) => [
      must(
        db.insert(apiKey).select(
          sql`SELECT ${id}, ${row.accountId}, ${name}, ${row.digest}, ${JSON.stringify(scopes)}, ${expiresAt}, ${now}
            WHERE (SELECT count(*) FROM ${apiKey} WHERE ${eq(apiKey.accountId, row.accountId)}) < ${MAX_API_KEYS}`,
        ),
      ),
    ],
    audit: [{ action: 'api_key.created', subject: id, data: { scopes } }],
    outbox: [notice(ctx, actor.accountId, 'api_key_created')],
    whenMoved: TooManyApiKeys,
    result: {
      id,
      name,
      scopes,
      expiresAt: expiresAt === null ? null : toInstant(expiresAt),
      createdAt: toInstant(now),
      key,
    },
  });
}
