import { allowAnyone } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import type { Stay } from '../kernel/stay.ts';
import type { Guests } from '../pricing/index.ts';
import { askBook } from './ask-book.ts';

export async function checkAvailability(
  ctx: Context,
  { propertyId, ...asked }: { propertyId: string; stay: Stay; guests: Guests },
) {
  allowAnyone(ctx, 'properties:read');

  const { value: causes } = await askBook(ctx, propertyId, (book, call) =>
    book.checkAvailability(call, asked),
  );
  return { available: causes.length === 0, causes };
}
