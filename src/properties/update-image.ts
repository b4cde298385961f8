import { sql } from 'drizzle-orm';
import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commitReading, must } from '../platform/commit.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { toBeIndexed } from './describe-for-search.ts';
import { ImageNotFound } from './errors.ts';
import { isImage, renumberImages, selectImage } from './order-images.ts';
import type { UpdateImageBody } from './picture-schemas.ts';
import { publicPageKey } from './public-page.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { propertyImage } from './tables.ts';
import type { ImageRow } from './to-image.ts';

type Input = { propertyId: string; imageId: string; changes: z.infer<typeof UpdateImageBody> };

export async function updateImage(ctx: Context, { propertyId, imageId, changes }: Input): Promise<ImageRow> {
  requireUser(ctx, 'properties:write');

  const [standing, found, [known]] = await ctx.db.batch([
    askStanding(ctx),
    selectSide(ctx, propertyId),
    selectImage(ctx.db, propertyId, imageId),
  ]);
  heedStanding(standing);
  requireSide(ctx, found, 'full');
  if (!known) throw ImageNotFound();

  const { caption = sql`caption`, alt = sql`alt`, position } = changes;
  const [row] = await commitReading(ctx, {
    writes: (db) => [
      must(db.update(propertyImage).set({ caption, alt }).where(isImage(propertyId, imageId))),
      ...(position === undefined ? [] : [renumberImages(db, propertyId, { id: imageId, to: position })]),
    ],
    audit: [
      {
        action: 'property.image_updated',
        subject: imageId,
        data: { propertyId, fields: Object.keys(changes) },
      },
    ],
    outbox: [toBeIndexed(ctx, propertyId)],
    read: (db) => selectImage(db, propertyId, imageId),
    whenMoved: ImageNotFound,
  });
  forgetPublic(ctx, publicPageKey(propertyId));
  return row as ImageRow;
}
