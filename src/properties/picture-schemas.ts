import { idPattern } from '../kernel/ids.ts';
import { instant, line, text, z } from '../kernel/zod.ts';
import { PICTURE_TYPES } from './pictures/index.ts';
import { PropertyParams } from './schemas.ts';

/** The widths that a smaller copy can have; each is one more copy that caches keep. */
export const WIDTHS = [320, 640, 1280, 1920] as const;
export type Width = (typeof WIDTHS)[number];
export const MAX_UPLOAD_BYTES = 15 * 1024 * 1024;
export const MAX_IMAGES = 100;

const imageId = z.string().regex(idPattern('img'));
export const ImageParams = z.object({ imageId });
export const PropertyImageParams = PropertyParams.extend({ imageId });
export const ImageQuery = z.strictObject({
  width: z
    .enum(WIDTHS.map(String) as [`${Width}`, ...`${Width}`[]])
    .transform((width) => Number(width) as Width)
    .optional()
    .openapi({ description: 'A copy of at most this many pixels across, where the service makes copies' }),
});

export const UpdateImageBody = z
  .strictObject({
    caption: line(0, 200).optional(),
    alt: text(0, 500).optional(),
    position: z
      .int()
      .min(0)
      .max(MAX_IMAGES - 1)
      .optional(),
  })
  .openapi({
    description:
      'What is left out stays as it is. Pictures make way for one that moves; beyond the last is last.',
  });

export const Image = z
  .object({
    id: z.string(),
    url: z.string(),
    width: z.int(),
    height: z.int(),
    caption: z.string(),
    alt: z.string(),
    contentType: z.enum(PICTURE_TYPES),
    position: z.int(),
    createdAt: instant,
  })
  .openapi('Image');
