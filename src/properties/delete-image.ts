import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { commit, must } from '../platform/commit.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { ImageNotFound } from './errors.ts';
import { isImage, renumberImages, selectImage } from './order-images.ts';
import { publicPageKey } from './public-page.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { pictureToDrop } from './store-picture.ts';
import { propertyImage } from './tables.ts';

type Input = { propertyId: string; imageId: string };

/** From here on the picture is at no address; its file goes by the queue, unless another picture shares it. */
export async function deleteImage(ctx: Context, { propertyId, imageId }: Input): Promise<void> {
  requireUser(ctx, 'properties:write');

  const [standing, found, [known]] = await ctx.db.batch([
    askStanding(ctx),
    selectSide(ctx, propertyId),
    selectImage(ctx.db, propertyId, imageId),
  ]);
  heedStanding(standing);
  requireSide(ctx, found, 'full');
  if (!known) throw ImageNotFound();

  await commit(ctx, {
    writes: (db) => [
      must(db.delete(propertyImage).where(isImage(propertyId, imageId))),
      renumberImages(db, propertyId),
    ],
    audit: [{ action: 'property.image_removed', subject: imageId, data: { propertyId } }],
    outbox: [pictureToDrop(ctx, known.hash)],
    whenMoved: ImageNotFound,
    result: undefined,
  });
  forgetPublic(ctx, publicPageKey(propertyId));
}
