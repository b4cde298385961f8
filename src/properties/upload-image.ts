import { sql } from 'drizzle-orm';
import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { Upload } from '../platform/body.ts';
import { commitOneOf, must } from '../platform/commit.ts';
import type { Database } from '../platform/database.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { toBeIndexed } from './describe-for-search.ts';
import { TooManyImages } from './errors.ts';
import { countImages } from './order-images.ts';
import { MAX_IMAGES } from './picture-schemas.ts';
import { acceptPicture } from './pictures/index.ts';
import { publicPageKey } from './public-page.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { dropUnusedPicture, storePicture } from './store-picture.ts';
import { propertyImage } from './tables.ts';
import type { ImageRow } from './to-image.ts';

type Input = { propertyId: string; upload: Upload };

export async function uploadImage(ctx: Context, { propertyId, upload }: Input): Promise<ImageRow> {
  requireUser(ctx, 'properties:write');

  const [standing, found, counted] = await ctx.db.batch([
    askStanding(ctx),
    selectSide(ctx, propertyId),
    countImages(ctx.db, propertyId),
  ]);
  heedStanding(standing);
  requireSide(ctx, found, 'full');
  requireRoom(counted);
  const picture = acceptPicture(upload.bytes, upload.contentType);

  const now = ctx.clock.now();
  const { hash, type: contentType, width, height } = picture;
  const described = { id: newId('img', now), propertyId, hash, contentType, width, height };
  const row = { ...described, caption: '', alt: '', createdAt: now };
  await storePicture(ctx, picture);
  try {
    const added = await add(ctx, row);
    await storePicture(ctx, picture);
    forgetPublic(ctx, publicPageKey(propertyId));
    return added;
  } catch (error) {
    ctx.defer(
      dropUnusedPicture(ctx, hash).catch((cause) => ctx.log.warn('picture.not_dropped', { hash, cause })),
    );
    throw error;
  }
}

/** It comes last: where that is, and whether there is a place left, is seen by the statement that takes it. */
function add(ctx: Context, row: Omit<ImageRow, 'position'>): Promise<ImageRow> {
  const image = propertyImage;
  return commitOneOf(ctx, {
    writes: (db) => [must(insertLast(db, row))],
    audit: [{ action: 'property.image_added', subject: row.id, data: { propertyId: row.propertyId } }],
    outbox: [toBeIndexed(ctx, row.propertyId)],
    whenMoved: TooManyImages,
    results: Array.from({ length: MAX_IMAGES }, (_, position) => ({ ...row, position })),
    which: sql`SELECT ${image.position} FROM ${image} WHERE ${image.id} = ${row.id}`,
  });
}

function insertLast(db: Database, row: Omit<ImageRow, 'position'>) {
  const image = propertyImage;
  const taken = sql`(SELECT count(*) FROM ${image} WHERE ${image.propertyId} = ${row.propertyId})`;
  const { id, propertyId, hash, contentType, width, height, caption, alt, createdAt } = row;
  return db.insert(image).select(
    sql`SELECT ${id}, ${propertyId}, ${hash}, ${contentType}, ${width}, ${height}, ${caption}, ${alt},
        ${taken}, ${createdAt} WHERE ${taken} < ${MAX_IMAGES}`,
  );
}

function requireRoom([counted]: readonly { count: number }[]): void {
  if ((counted?.count ?? 0) >= MAX_IMAGES) throw TooManyImages();
}
