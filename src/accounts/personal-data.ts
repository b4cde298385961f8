import { and, eq, isNotNull, lte, or, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { SessionActor } from '../kernel/actor.ts';
import { DAY, toInstant } from '../kernel/clock.ts';
import type { Database, Reader } from '../platform/database.ts';
import { findAccount, getOwnAccount } from './queries.ts';
import { RESET_LIFE_MS, UNVERIFIED_LIFE_MS } from './rules.ts';
import { account, apiKey, passkey, passwordReset, recoveryCode, registration, session } from './tables.ts';
import { toUser } from './to-user.ts';

/** What this room knows about a person, and how it forgets. The privacy room asks every room for this. */
const ENDED_SESSION_LIFE_MS = 30 * DAY;
const ERASED_NAME = 'Former member';

export async function describeAccount(db: Reader, accountId: string) {
  const found = await findAccount(db, accountId);
  if (!found) return null;
  const sessions = await db.select().from(session).where(eq(session.accountId, accountId));
  const keys = await db.select().from(apiKey).where(eq(apiKey.accountId, accountId));
  const passkeys = await db.select().from(passkey).where(eq(passkey.accountId, accountId));
  return {
    ...toUser(found),
    sessions: sessions.map(({ id, userAgent, createdAt, rotatedAt }) => ({
      id,
      userAgent,
      createdAt: toInstant(createdAt),
      lastUsedAt: toInstant(rotatedAt),
    })),
    apiKeys: keys.map(({ id, name, scopes, createdAt }) => ({
      id,
      name,
      scopes,
      createdAt: toInstant(createdAt),
    })),
    passkeys: passkeys.map(({ id, name, createdAt }) => ({ id, name, createdAt: toInstant(createdAt) })),
  };
}

/** What stands in the way of erasing, and what has to be taken out of the cache afterwards. */
export async function openAccountBusiness(ctx: Context, actor: SessionActor) {
  const own = await getOwnAccount(ctx, actor);
  const keys = await ctx.db
    .select({ digest: apiKey.digest })
    .from(apiKey)
    .where(eq(apiKey.accountId, own.id));
  return { open: own.roles.map((role) => `role:${role}`), apiKeyDigests: keys.map(({ digest }) => digest) };
}

/** The row stays, nameless, because what others rely on points at it. Runs before the account is renamed. */
export function eraseAccount(db: Database, accountId: string, now: number) {
  const itsEmail = sql`(SELECT ${account.email} FROM ${account} WHERE ${account.id} = ${accountId})`;
  return [
    db.delete(registration).where(sql`${registration.email} = ${itsEmail}`),
    db.delete(passwordReset).where(sql`${passwordReset.email} = ${itsEmail}`),
    db.delete(recoveryCode).where(eq(recoveryCode.accountId, accountId)),
    db.delete(passkey).where(eq(passkey.accountId, accountId)),
    db.delete(apiKey).where(eq(apiKey.accountId, accountId)),
    db.delete(session).where(eq(session.accountId, accountId)),
    db
      .update(account)
      .set({
        email: null,
        name: ERASED_NAME,
        bio: '',
        avatarUrl: null,
        locale: 'en',
        status: 'erased',
        passwordHash: null,
        totpSecret: null,
        totpConfirmedAt: null,
        updatedAt: now,
      })
      .where(eq(account.id, accountId)),
  ];
}

export function forgetExpiredAccountData(db: Database, now: number) {
  const longAgo = now - ENDED_SESSION_LIFE_MS;
  return [
    db.delete(registration).where(lte(registration.createdAt, now - UNVERIFIED_LIFE_MS)),
    db.delete(passwordReset).where(lte(passwordReset.createdAt, now - RESET_LIFE_MS)),
    db
      .delete(session)
      .where(
        or(lte(session.expiresAt, longAgo), and(isNotNull(session.endedAt), lte(session.endedAt, longAgo))),
      ),
    db.delete(apiKey).where(and(isNotNull(apiKey.expiresAt), lte(apiKey.expiresAt, longAgo))),
  ];
}
