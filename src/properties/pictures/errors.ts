import { defineRefusal } from '../../kernel/errors.ts';

export const PictureUnsupported = defineRefusal(
  'pictures.unsupported_type',
  'unsupported_media',
  'A picture is a JPEG, PNG, WebP or AVIF file that browsers can show',
);
export const PictureMistyped = defineRefusal(
  'pictures.type_mismatch',
  'unprocessable',
  'The file is not of the type that it was sent as',
);
export const PictureTooLarge = defineRefusal(
  'pictures.too_many_pixels',
  'unprocessable',
  'The picture has more than 25 million pixels',
);
export const PictureMalformed = defineRefusal(
  'pictures.malformed',
  'unprocessable',
  'The file is damaged, cut short or contradicts itself',
);
export const PictureAnimated = defineRefusal(
  'pictures.animated',
  'unprocessable',
  'A picture does not move; send one frame',
);
export const PictureCropped = defineRefusal(
  'pictures.cropped',
  'unprocessable',
  'The file still holds what was cropped away; export it without',
);
