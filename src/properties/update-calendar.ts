import { requireStanding, requireUser } from '../accounts/index.ts';
import type { CalendarChange } from '../book/index.ts';
import type { Context } from '../context.ts';
import { askBook } from './ask-book.ts';

export async function updateCalendar(
  ctx: Context,
  { propertyId, changes }: { propertyId: string; changes: readonly CalendarChange[] },
) {
  requireUser(ctx, 'properties:write');
  await requireStanding(ctx);

  const { value } = await askBook(ctx, propertyId, (book, call) => book.updateCalendar(call, changes));
  return value;
}
