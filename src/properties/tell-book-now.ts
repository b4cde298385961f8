import type { Context } from '../context.ts';
import { tellBook } from './tell-book.ts';

/** After a commit that carries the message for it: what fails here is told by the message. */
export async function tellBookNow(ctx: Context, propertyId: string): Promise<void> {
  try {
    await tellBook(ctx, propertyId);
  } catch (error) {
    ctx.log.warn('property.book_not_told', { propertyId, error });
  }
}
