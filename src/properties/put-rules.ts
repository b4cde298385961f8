import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Rules } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { askBook } from './ask-book.ts';
import { publicPageKey } from './public-page.ts';

type Input = { propertyId: string; rules: z.infer<typeof Rules>; ifMatch: readonly string[] | '*' };

export async function putRules(ctx: Context, { propertyId, rules, ifMatch }: Input) {
  requireUser(ctx, 'properties:write');
  await requireStanding(ctx);

  const { value } = await askBook(ctx, propertyId, (book, call) => book.putRules(call, rules, ifMatch));
  forgetPublic(ctx, publicPageKey(propertyId));
  return value;
}
