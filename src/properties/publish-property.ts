import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { askBook } from './ask-book.ts';
import { PropertyNotFound } from './errors.ts';
import { publicPageKey } from './public-page.ts';
import { findPropertyToChange } from './queries.ts';
import { missingToPublish } from './rules.ts';
import { type ShownProperty, showProperty } from './to-property.ts';

export async function publishProperty(
  ctx: Context,
  { propertyId }: { propertyId: string },
): Promise<ShownProperty> {
  requireUser(ctx, 'properties:write');

  const row = await findPropertyToChange(ctx, propertyId);
  if (!row) throw PropertyNotFound();
  const missing = missingToPublish(row, row.images.length);

  const { value: status } = await askBook(ctx, propertyId, (book, call) =>
    book.changeStatus(call, { to: 'published', missing }),
  );
  forgetPublic(ctx, publicPageKey(propertyId));
  return showProperty({ ...row, status }, ctx);
}
