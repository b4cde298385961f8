import { sql } from 'drizzle-orm';
import { askStanding, heedStanding, requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { Refusal } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Upload } from '../platform/body.ts';
import { commit, must } from '../platform/commit.ts';
import type { Database } from '../platform/database.ts';
import { StateMoved } from '../platform/errors.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { TooManyImages } from './errors.ts';
import { countImages } from './order-images.ts';
import { MAX_IMAGES } from './picture-schemas.ts';
import { acceptPicture } from './pictures/index.ts';
import { publicPageKey } from './public-page.ts';
import { requireSide, selectSide } from './require-host-side.ts';
import { dropUnusedPicture, storePicture } from './store-picture.ts';
import { propertyImage } from './tables.ts';
import type { ImageRow } from './to-image.ts';

/** Uploads that come at the same moment each find the last place taken by another, and take the next. */
const MAX_TRIES = 20;

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
  const position = requireRoom(counted);
  const picture = acceptPicture(upload.bytes, upload.contentType);

  const now = ctx.clock.now();
  const { hash, type: contentType, width, height } = picture;
  const described = { id: newId('img', now), propertyId, hash, contentType, width, height };
  const row = { ...described, caption: '', alt: '', position, createdAt: now };
  await storePicture(ctx, picture);
  try {
    const added = await addInTurn(ctx, row);
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

async function addInTurn(ctx: Context, wanted: ImageRow): Promise<ImageRow> {
  let row = wanted;
  for (let tries = 1; ; tries++) {
    try {
      return await add(ctx, row);
    } catch (error) {
      if (!(error instanceof Refusal) || error.type !== StateMoved || tries === MAX_TRIES) throw error;
      row = { ...row, position: requireRoom(await countImages(ctx.db, row.propertyId)) };
    }
  }
}

const add = (ctx: Context, row: ImageRow): Promise<ImageRow> =>
  commit(ctx, {
    writes: (db) => [must(insertAt(db, row))],
    audit: [{ action: 'property.image_added', subject: row.id, data: { propertyId: row.propertyId } }],
    result: row,
  });

/** Only if the picture is then the last, and there is room for it. */
function insertAt(db: Database, row: ImageRow) {
  const image = propertyImage;
  const values = [row.id, row.propertyId, row.hash, row.contentType, row.width, row.height];
  const all = [...values, row.caption, row.alt, row.position, row.createdAt].map((value) => sql`${value}`);
  const taken = sql`(SELECT count(*) FROM ${image} WHERE ${image.propertyId} = ${row.propertyId})`;
  return db
    .insert(image)
    .select(
      sql`SELECT ${sql.join(all, sql`, `)} WHERE ${taken} = ${row.position} AND ${taken} < ${MAX_IMAGES}`,
    );
}

function requireRoom([counted]: readonly { count: number }[]): number {
  const taken = counted?.count ?? 0;
  if (taken >= MAX_IMAGES) throw TooManyImages();
  return taken;
}
