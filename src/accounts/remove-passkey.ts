import { and, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { requireRecentLogin } from './allow.ts';
import { PasskeyNotFound } from './errors.ts';
import { notice } from './mails.ts';
import { passkey } from './tables.ts';

export async function removePasskey(ctx: Context, { passkeyId }: { passkeyId: string }): Promise<void> {
  const actor = requireRecentLogin(ctx);

  const own = and(eq(passkey.id, passkeyId), eq(passkey.accountId, actor.accountId));
  await commit(ctx, {
    writes: (db) => [must(db.delete(passkey).where(own))],
    audit: [{ action: 'passkey.removed', subject: passkeyId }],
    outbox: [notice(ctx, actor.accountId, 'passkey_removed')],
    whenMoved: PasskeyNotFound,
    result: undefined,
  });
}
