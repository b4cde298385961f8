import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askBook } from './ask-book.ts';

export async function getRates(ctx: Context, { propertyId }: { propertyId: string }) {
  requireUser(ctx, 'properties:read');

  const { value } = await askBook(ctx, propertyId, (book, call) => book.readRates(call));
  return value;
}
