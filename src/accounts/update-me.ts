import { and, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { requireUser } from './allow.ts';
import { getOwnAccount } from './queries.ts';
import type { UpdateMeBody } from './schemas.ts';
import { account } from './tables.ts';
import type { Account } from './to-user.ts';

export async function updateMe(ctx: Context, input: z.infer<typeof UpdateMeBody>): Promise<Account> {
  const actor = requireUser(ctx, 'profile');

  const own = await getOwnAccount(ctx, actor);
  const changes = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const after = { ...own, ...changes, version: own.version + 1, updatedAt: ctx.clock.now() };

  return commit(ctx, {
    writes: (db) => [
      must(
        db
          .update(account)
          .set({ ...changes, version: after.version, updatedAt: after.updatedAt })
          .where(and(eq(account.id, own.id), eq(account.version, own.version))),
      ),
    ],
    audit: [{ action: 'account.updated', subject: own.id, data: { fields: Object.keys(changes) } }],
    result: after,
  });
}
