import { allowAnyone } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askBook } from './ask-book.ts';

export async function getRules(ctx: Context, { propertyId }: { propertyId: string }) {
  allowAnyone(ctx, 'properties:read');

  const { value } = await askBook(ctx, propertyId, (book, call) => book.readRules(call));
  return value;
}
