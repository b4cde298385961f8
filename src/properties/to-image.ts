import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import type { z } from '../kernel/zod.ts';
import type { Image } from './picture-schemas.ts';
import type { PICTURE_TYPES } from './pictures/index.ts';
import type { propertyImage } from './tables.ts';

export type ImageRow = typeof propertyImage.$inferSelect;

export const toImage = (row: ImageRow, { settings }: Pick<Context, 'settings'>): z.infer<typeof Image> => ({
  id: row.id,
  url: `${settings.origin}/v1/images/${row.id}`,
  width: row.width,
  height: row.height,
  caption: row.caption,
  alt: row.alt,
  contentType: row.contentType as (typeof PICTURE_TYPES)[number],
  position: row.position,
  createdAt: toInstant(row.createdAt),
});
