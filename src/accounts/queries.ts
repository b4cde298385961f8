import { and, desc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { UserActor } from '../kernel/actor.ts';
import { must } from '../platform/commit.ts';
import type { Database, Reader } from '../platform/database.ts';
import { AccountEnded } from '../platform/errors.ts';
import { AccountSuspended } from './errors.ts';
import { account, apiKey, registration, session } from './tables.ts';
import type { Account } from './to-user.ts';

export async function findAccountByEmail(db: Reader, email: string): Promise<Account | null> {
  return (await db.select().from(account).where(eq(account.email, email)).limit(1))[0] ?? null;
}

export async function findAccount(db: Reader, accountId: string): Promise<Account | null> {
  return (await db.select().from(account).where(eq(account.id, accountId)).limit(1))[0] ?? null;
}

/** For somebody whom others may name. */
export const activeAccount = (db: Reader, accountId: string) =>
  db
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.id, accountId), eq(account.status, 'active')));

/** The actor's own account, which has to be in good standing whatever the token says. */
export async function getOwnAccount(ctx: Pick<Context, 'db'>, actor: UserActor): Promise<Account> {
  const own = await findAccount(ctx.db, actor.accountId);
  if (!own || own.status === 'erased') throw AccountEnded();
  if (own.status === 'suspended') throw AccountSuspended();
  return own;
}

export const latestRegistration = (db: Reader, email: string) =>
  db
    .select()
    .from(registration)
    .where(eq(registration.email, email))
    .orderBy(desc(registration.createdAt), desc(registration.id))
    .limit(1);

export const isLiveSession = (now: number) => and(isNull(session.endedAt), gt(session.expiresAt, now)) as SQL;

export const endSessions = (
  db: Database,
  which: SQL | undefined,
  because: NonNullable<(typeof session.$inferSelect)['endedBecause']>,
  ctx: Pick<Context, 'clock' | 'runId'>,
) =>
  db
    .update(session)
    .set({ endedAt: ctx.clock.now(), endedBecause: because, endedBy: ctx.runId })
    .where(and(which, isNull(session.endedAt)));

/** Fails the commit when the account was suspended, or got another password, since it was read. */
export const unchanged = (db: Database, read: Account, passwordHash = read.passwordHash) =>
  must(
    db
      .update(account)
      .set({ passwordHash })
      .where(
        and(
          eq(account.id, read.id),
          eq(account.status, 'active'),
          eq(account.passwordHash, read.passwordHash as string),
        ),
      ),
  );

/** True in D1 while the actor's account is active and the session or key that speaks for it lives. */
export function standingOf(actor: UserActor, now: number): SQL {
  const active = sql`EXISTS (SELECT 1 FROM ${account}
    WHERE ${account.id} = ${actor.accountId} AND ${account.status} = 'active')`;
  return actor.kind === 'session'
    ? sql`${active} AND EXISTS (SELECT 1 FROM ${session} WHERE ${session.id} = ${actor.sessionId}
        AND ${session.endedAt} IS NULL AND ${session.expiresAt} > ${now})`
    : sql`${active} AND EXISTS (SELECT 1 FROM ${apiKey} WHERE ${apiKey.id} = ${actor.keyId}
        AND (${apiKey.expiresAt} IS NULL OR ${apiKey.expiresAt} > ${now}))`;
}
