import { allowAnyone } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import type { Night } from '../kernel/stay.ts';
import { askBook } from './ask-book.ts';

export async function getCalendar(
  ctx: Context,
  { propertyId, ...range }: { propertyId: string; from: Night; to: Night },
) {
  allowAnyone(ctx, 'properties:read');

  const { value } = await askBook(ctx, propertyId, (book, call) => book.showCalendar(call, range));
  return value;
}
