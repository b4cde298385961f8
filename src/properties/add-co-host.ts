import { AccountNotFound, activeAccount, askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { CoHostAccess } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBook } from './ask-book.ts';
import { requireSide, selectSide } from './require-host-side.ts';

type Input = { propertyId: string; userId: string; access: CoHostAccess };

/** Also changes the access of somebody who is a co-host already. */
export async function addCoHost(ctx: Context, { propertyId, userId, access }: Input) {
  requireUser(ctx, 'properties:write');

  const [standing, found, [helper]] = await ctx.db.batch([
    askStanding(ctx),
    selectSide(ctx, propertyId),
    activeAccount(ctx.db, userId),
  ]);
  heedStanding(standing);
  // Before a word about the other account: a stranger hears the same whatever they name.
  requireSide(ctx, found, 'host');
  if (!helper) throw AccountNotFound();

  await askBook(ctx, propertyId, (book, call) => book.changeCoHost(call, { accountId: userId, access }));
  return { userId, access };
}
