import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { askBook } from './ask-book.ts';
import { PropertyNotFound } from './errors.ts';
import { publicPageKey } from './public-page.ts';
import { findPropertyToChange } from './queries.ts';
import { type ShownProperty, showProperty } from './to-property.ts';

/** Stays that were booked go on; no new one is. */
export async function unpublishProperty(
  ctx: Context,
  { propertyId }: { propertyId: string },
): Promise<ShownProperty> {
  requireUser(ctx, 'properties:write');

  const row = await findPropertyToChange(ctx, propertyId);
  if (!row) throw PropertyNotFound();

  const { value: status } = await askBook(ctx, propertyId, (book, call) =>
    book.changeStatus(call, { to: 'unpublished' }),
  );
  forgetPublic(ctx, publicPageKey(propertyId));
  return showProperty({ ...row, status }, ctx);
}
