import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { type Conditions, matchesTag } from '../platform/conditions.ts';
import type { FileAnswer } from '../platform/endpoint.ts';
import { readRange, wantsPart } from './byte-range.ts';
import { ImageNotFound } from './errors.ts';
import type { Width } from './picture-schemas.ts';
import { findPicture, measurePicture } from './store-picture.ts';
import { propertyImage } from './tables.ts';
import type { ImageRow } from './to-image.ts';

type Input = { imageId: string; width: Width | undefined; conditions: Conditions };

const FOREVER = 'public, max-age=31536000, immutable';
const FOR_NOW = 'public, max-age=60';
/** Whatever a browser thinks it is, it runs nothing and loads nothing. */
const HEADERS = {
  'cache-control': FOREVER,
  'content-disposition': 'inline',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};

/** For everybody who has the address: a picture's id can't be guessed. The bytes at it never change. */
export async function getImage(ctx: Context, { imageId, width, conditions }: Input): Promise<FileAnswer> {
  const [image] = await ctx.db.select().from(propertyImage).where(eq(propertyImage.id, imageId));
  if (!image) throw ImageNotFound();

  const isSmaller = ctx.images !== null && width !== undefined && width < image.width;
  const tag = isSmaller ? `"${image.hash}-${width}"` : `"${image.hash}"`;
  const { ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && matchesTag(ifNoneMatch, tag)) {
    return { status: 304, contentType: null, body: null, headers: { ...HEADERS, etag: tag } };
  }
  if (isSmaller) return getSmaller(ctx, image, width, tag);
  return getPart(ctx, image, tag, conditions);
}

async function getPart(
  ctx: Context,
  { hash, contentType }: ImageRow,
  tag: string,
  conditions: Conditions,
): Promise<FileAnswer> {
  const headers = { ...HEADERS, etag: tag, 'accept-ranges': 'bytes' };
  if (!wantsPart(conditions, tag)) {
    return { status: 200, contentType, headers, body: (await getFile(ctx, hash)).body };
  }

  const file = await measurePicture(ctx, hash);
  if (file === null) throw ImageNotFound();
  const { size } = file;
  const range = readRange(conditions.range ?? '', size);
  if (range === null) {
    const unsatisfied = { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' };
    return { status: 416, contentType: null, body: null, headers: unsatisfied };
  }
  const part = await getFile(ctx, hash, range);
  const last = range.offset + range.length - 1;
  const contentRange = `bytes ${range.offset}-${last}/${size}`;
  return {
    status: 206,
    contentType,
    headers: { ...headers, 'content-range': contentRange },
    body: part.body,
  };
}

async function getSmaller(
  ctx: Context,
  { hash, contentType }: ImageRow,
  width: Width,
  tag: string,
): Promise<FileAnswer> {
  try {
    const file = await getFile(ctx, hash);
    const made = await (ctx.images as ImagesBinding)
      .input(file.body)
      .transform({ width, fit: 'scale-down' })
      .output({ format: contentType as 'image/jpeg' });
    return { status: 200, contentType, headers: { ...HEADERS, etag: tag }, body: made.image() };
  } catch (error) {
    ctx.log.warn('picture.not_resized', { hash, width, error });
    const whole = await getFile(ctx, hash);
    const headers = { ...HEADERS, etag: `"${hash}"`, 'cache-control': FOR_NOW };
    return { status: 200, contentType, headers, body: whole.body };
  }
}

async function getFile(ctx: Context, hash: string, range?: R2Range): Promise<R2ObjectBody> {
  const file = await findPicture(ctx, hash, range);
  if (file === null) throw ImageNotFound();
  return file;
}
