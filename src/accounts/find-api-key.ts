import { and, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { Actor } from '../kernel/actor.ts';
import { MINUTE, SECOND } from '../kernel/clock.ts';
import { sha256 } from '../kernel/crypto.ts';
import { account, apiKey } from './tables.ts';

/** Who a key speaks for: one read of KV while it is warm, one trip to D1 when it is not. */
type ApiKeyActor = Extract<Actor, { kind: 'api_key' }>;
type Cached = { actor: ApiKeyActor; expiresAt: number | null };
type Asking = Pick<Context, 'db' | 'kv' | 'clock' | 'defer'>;

const CACHE_SECONDS = MINUTE / SECOND;
const KEY_FORMAT = /^rk_[\w-]{43}$/;
const cacheKey = (digest: string) => `api-key:${digest}`;

export async function findApiKey(ctx: Asking, presented: string): Promise<ApiKeyActor | null> {
  if (!KEY_FORMAT.test(presented)) return null;
  const digest = sha256(presented);
  const cached = await ctx.kv.get<Cached>(cacheKey(digest), { type: 'json', cacheTtl: CACHE_SECONDS });
  const found = cached ?? (await readApiKey(ctx, digest));
  if (!found || (found.expiresAt !== null && found.expiresAt <= ctx.clock.now())) return null;
  return found.actor;
}

export const forgetApiKey = (kv: Context['kv'], digest: string): Promise<void> => kv.delete(cacheKey(digest));

async function readApiKey(ctx: Asking, digest: string): Promise<Cached | null> {
  const [row] = await ctx.db
    .select({
      keyId: apiKey.id,
      accountId: apiKey.accountId,
      scopes: apiKey.scopes,
      expiresAt: apiKey.expiresAt,
      isHost: account.isHost,
      roles: account.roles,
    })
    .from(apiKey)
    .innerJoin(account, eq(account.id, apiKey.accountId))
    .where(and(eq(apiKey.digest, digest), eq(account.status, 'active')));
  if (!row) return null;
  const { expiresAt, ...who } = row;
  const found: Cached = { actor: { kind: 'api_key', ...who }, expiresAt };
  ctx.defer(ctx.kv.put(cacheKey(digest), JSON.stringify(found), { expirationTtl: CACHE_SECONDS }));
  return found;
}
