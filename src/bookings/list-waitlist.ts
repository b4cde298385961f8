import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { askBook } from '../properties/index.ts';

/** The caller's own entries at one place, asked of its book, so that an offer is there the moment it is made. */
export async function listWaitlist(ctx: Context, { propertyId }: { propertyId: string }) {
  requireUser(ctx, 'bookings:read');

  const { value } = await askBook(ctx, propertyId, (book, call) => book.listWaitlist(call));
  return value;
}
