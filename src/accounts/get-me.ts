import type { Context } from '../context.ts';
import { requireUser } from './allow.ts';
import { getOwnAccount } from './queries.ts';
import type { Account } from './to-user.ts';

export async function getMe(ctx: Context): Promise<Account> {
  const actor = requireUser(ctx, 'profile');

  return getOwnAccount(ctx, actor);
}
