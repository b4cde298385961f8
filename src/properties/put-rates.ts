import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import type { Rates } from '../pricing/index.ts';
import { askBook } from './ask-book.ts';
import { publicPageKey } from './public-page.ts';

type Input = { propertyId: string; rates: Rates; ifMatch: readonly string[] | '*' };

export async function putRates(ctx: Context, { propertyId, rates, ifMatch }: Input) {
  requireUser(ctx, 'properties:write');
  await requireStanding(ctx);

  const { value } = await askBook(ctx, propertyId, (book, call) => book.putRates(call, rates, ifMatch));
  forgetPublic(ctx, publicPageKey(propertyId));
  return value;
}
