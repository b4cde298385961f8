import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { StateMoved } from '../platform/errors.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { askBook } from './ask-book.ts';
import { PropertyIncomplete, PropertyNotFound } from './errors.ts';
import { publicPageKey } from './public-page.ts';
import { findProperty, findPropertyToChange } from './queries.ts';
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

  await askBook(ctx, propertyId, (book, call) => book.changeStatus(call, { to: 'published', missing }));
  const after = await findProperty(ctx, propertyId);
  const lost = after ? missingToPublish(after, after.images.length) : [];
  const isListed = after?.status === 'published';
  if (!isListed || lost.length > 0) await withdraw(ctx, propertyId);
  forgetPublic(ctx, publicPageKey(propertyId));
  if (lost.length > 0) throw PropertyIncomplete({ extra: { missing: lost } });
  if (!isListed) throw StateMoved();
  return showProperty(after, ctx);
}

/** Also for somebody who may not any more: it is they who published it. */
const withdraw = (ctx: Context, propertyId: string) =>
  askBook({ ...ctx, actor: { kind: 'system', job: 'publishProperty' } }, propertyId, (book, call) =>
    book.changeStatus(call, { to: 'unpublished' }),
  );
