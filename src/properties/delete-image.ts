import { and, or } from 'drizzle-orm';
import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { toBeIndexed } from './describe-for-search.ts';
import { ImageNotFound, PropertyIncomplete } from './errors.ts';
import { isNotPublished, lookAgainIfMoved } from './keep-complete.ts';
import { countImages, isImage, isNotAlone, renumberImages, selectImage } from './order-images.ts';
import { publicPageKey } from './public-page.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { pictureToDrop } from './store-picture.ts';
import { propertyImage } from './tables.ts';

type Input = { propertyId: string; imageId: string };

/** From here on the picture is at no address; its file goes by the queue, unless another picture shares it. */
export const deleteImage = (ctx: Context, input: Input): Promise<void> =>
  lookAgainIfMoved(() => remove(ctx, input));

async function remove(ctx: Context, { propertyId, imageId }: Input): Promise<void> {
  requireUser(ctx, 'properties:write');

  const [standing, found, [known], [counted]] = await ctx.db.batch([
    askStanding(ctx),
    selectSide(ctx, propertyId),
    selectImage(ctx.db, propertyId, imageId),
    countImages(ctx.db, propertyId),
  ]);
  heedStanding(standing);
  const { status } = requireSide(ctx, found, 'full');
  if (!known) throw ImageNotFound();
  if (status === 'published' && counted?.count === 1)
    throw PropertyIncomplete({ extra: { missing: ['images'] } });

  const isSpare = or(isNotPublished(propertyId), isNotAlone(propertyId, imageId));
  await commit(ctx, {
    writes: (db) => [
      must(db.delete(propertyImage).where(and(isImage(propertyId, imageId), isSpare))),
      renumberImages(db, propertyId),
    ],
    audit: [{ action: 'property.image_removed', subject: imageId, data: { propertyId } }],
    outbox: [pictureToDrop(ctx, known.hash), toBeIndexed(ctx, propertyId)],
    result: undefined,
  });
  forgetPublic(ctx, publicPageKey(propertyId));
}
