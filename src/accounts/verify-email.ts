import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { InvalidCode, TooManyAttempts } from './errors.ts';
import { openSession } from './open-session.ts';
import { latestRegistration } from './queries.ts';
import { CODE_LIFE_MS, CODE_RULES, mailCode, toEmailKey } from './rules.ts';
import type { Tokens, VerifyEmailBody } from './schemas.ts';
import { account, registration, session } from './tables.ts';
import type { Account } from './to-user.ts';

/** The code makes the account. Only the newest code of the newest registration counts, five times. */
export async function verifyEmail(
  ctx: Context,
  input: z.infer<typeof VerifyEmailBody>,
): Promise<z.infer<typeof Tokens>> {
  const email = toEmailKey(input.email);
  const now = ctx.clock.now();

  const [waiting] = await latestRegistration(ctx.db, email);
  const subject = `code ${waiting?.id ?? ctx.keyring.mac('digest', email)} ${waiting?.codeNumber ?? 0}`;
  const taken = await ctx.limiter.take(subject, CODE_RULES, now);
  if (!taken.allowed)
    throw TooManyAttempts({ detail: 'Ask for a new code', retryAfterSeconds: taken.retryAfterSeconds });

  const alive = waiting !== undefined && now < waiting.codeMailedAt + CODE_LIFE_MS;
  const expected = mailCode(ctx.keyring, waiting?.id ?? '', waiting?.codeNumber ?? 0);
  if (!alive || input.code !== expected) throw InvalidCode();

  const row = newAccount(waiting, now);
  const { row: opened, tokens } = await openSession(ctx, row, { mfa: false });
  return commit(ctx, {
    writes: (db) => [
      db.insert(account).values(row),
      db.delete(registration).where(eq(registration.email, email)),
      db.insert(session).values(opened),
    ],
    audit: [
      { action: 'account.created', subject: row.id },
      { action: 'session.opened', subject: opened.id, data: { by: 'verify_email' } },
    ],
    // The address got an account meanwhile: its owner was told by mail, and a guesser learns nothing.
    whenTaken: { 'account.email': InvalidCode },
    result: tokens,
  });
}

function newAccount(from: typeof registration.$inferSelect, now: number): Account {
  return {
    id: newId('usr', now),
    email: from.email,
    name: from.name,
    bio: '',
    avatarUrl: null,
    locale: 'en',
    isHost: false,
    roles: [],
    status: 'active',
    passwordHash: from.passwordHash,
    totpSecret: null,
    totpConfirmedAt: null,
    totpLastStep: 0,
    ratingSum: 0,
    ratingCount: 0,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}
