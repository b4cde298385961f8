import type { Context } from '../context.ts';
import { AccountNotFound } from './errors.ts';
import { findAccount } from './queries.ts';
import type { Account } from './to-user.ts';

export async function getUser(ctx: Context, { userId }: { userId: string }): Promise<Account> {
  const found = await findAccount(ctx.db, userId);
  if (found?.status !== 'active') throw AccountNotFound();
  return found;
}
