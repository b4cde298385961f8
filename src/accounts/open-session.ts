import type { Context } from '../context.ts';
import type { SessionActor } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '../platform/access-token.ts';
import { refreshToken, SESSION_LIFE_MS } from './rules.ts';
import type { Tokens } from './schemas.ts';
import type { session } from './tables.ts';
import { type Account, toUser } from './to-user.ts';

type Proof = { readonly mfa: boolean };
type SessionFacts = { id: string; generation: number; mfa: boolean; authenticatedAt: number };

/** The row of a new session and the tokens that go with it; the verb commits the row beside its own writes. */
export async function openSession(ctx: Context, account: Account, { mfa }: Proof) {
  const now = ctx.clock.now();
  const facts = { id: newId('ses', now), generation: 1, mfa, authenticatedAt: now };
  const row: typeof session.$inferInsert = {
    ...facts,
    accountId: account.id,
    rotatedAt: now,
    userAgent: ctx.client.userAgent,
    expiresAt: now + SESSION_LIFE_MS,
    createdAt: now,
  };
  return { row, tokens: await toTokens(ctx, account, facts) };
}

export async function toTokens(
  ctx: Pick<Context, 'settings' | 'clock' | 'keyring'>,
  account: Account,
  facts: SessionFacts,
): Promise<z.infer<typeof Tokens>> {
  const actor: SessionActor = {
    kind: 'session',
    accountId: account.id,
    sessionId: facts.id,
    isHost: account.isHost,
    roles: account.roles,
    mfa: facts.mfa,
    authenticatedAt: facts.authenticatedAt,
  };
  return {
    accessToken: await signAccessToken(ctx.settings, actor, ctx.clock),
    tokenType: 'Bearer',
    expiresIn: ACCESS_TOKEN_SECONDS,
    refreshToken: refreshToken(ctx.keyring, facts.id, facts.generation),
    user: toUser(account),
  };
}
