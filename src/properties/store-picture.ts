import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { Fault } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { z } from '../kernel/zod.ts';
import type { Outgoing } from '../platform/outbox.ts';
import { propertyImage } from './tables.ts';

/**
 * The files of pictures lie in R2 under their hash, and pictures of the same bytes share one. R2 and D1 have
 * no transaction between them, so each side looks again after it has acted: who adds a picture, whether the
 * file is still there; who takes a file away, whether a picture of it has come in between.
 */
type Picture = { readonly hash: string; readonly type: string; readonly bytes: Uint8Array | ArrayBuffer };

type Storing = Pick<Context, 'pictures'>;

const pictureKey = (hash: string): string => `pictures/${hash}`;

export const findPicture = ({ pictures }: Storing, hash: string, range?: R2Range) =>
  asked(() => pictures.get(pictureKey(hash), range ? { range } : {}));

export const measurePicture = ({ pictures }: Storing, hash: string) =>
  asked(() => pictures.head(pictureKey(hash)));

/** What is there is never written again: it has the same name because it is the same. */
export async function storePicture(ctx: Storing, { hash, type, bytes }: Picture): Promise<void> {
  if (await measurePicture(ctx, hash)) return;
  const options = { httpMetadata: { contentType: type } };
  await asked(() => ctx.pictures.put(pictureKey(hash), bytes, options));
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new Fault('pictures', cause);
  }
}

export async function dropUnusedPicture(ctx: Storing & Pick<Context, 'db'>, hash: string): Promise<void> {
  if (await isUsed(ctx, hash)) return;
  const file = await findPicture(ctx, hash);
  if (file === null) return;
  const bytes = await asked(() => file.arrayBuffer());
  await asked(() => ctx.pictures.delete(pictureKey(hash)));
  if (await isUsed(ctx, hash)) {
    await storePicture(ctx, { hash, bytes, type: file.httpMetadata?.contentType ?? '' });
  }
}

async function isUsed({ db }: Pick<Context, 'db'>, hash: string): Promise<boolean> {
  const [row] = await db
    .select({ id: propertyImage.id })
    .from(propertyImage)
    .where(eq(propertyImage.hash, hash))
    .limit(1);
  return row !== undefined;
}

const DropPicture = z.object({ kind: z.literal('drop_picture'), hash: z.string() });

/** Goes with the commit that takes a picture away. */
export const pictureToDrop = ({ clock }: Pick<Context, 'clock'>, hash: string): Outgoing => ({
  queue: 'jobs',
  message: { id: newId('out', clock.now()), kind: 'drop_picture', hash },
});

export const dropPicture = (ctx: Context, message: unknown): Promise<void> =>
  dropUnusedPicture(ctx, DropPicture.parse(message).hash);
