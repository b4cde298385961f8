import { ScopeMissing } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { deleteImage } from '../delete-image.ts';
import * as errors from '../errors.ts';
import { getImage } from '../get-image.ts';
import * as schemas from '../picture-schemas.ts';
import * as pictureErrors from '../pictures/errors.ts';
import { PICTURE_TYPES } from '../pictures/index.ts';
import { PropertyParams } from '../schemas.ts';
import { toImage } from '../to-image.ts';
import { updateImage } from '../update-image.ts';
import { uploadImage } from '../upload-image.ts';

const room = 'properties';
const NOT_FULLY = [ScopeMissing, errors.PropertyNotFound, errors.PropertyForbidden, errors.PropertyArchived];

export const pictures = [
  endpoint({
    method: 'post',
    path: '/v1/properties/{propertyId}/images',
    operationId: 'uploadImage',
    room,
    summary: 'Add a picture, after those that are there',
    description:
      'JPEG, PNG, WebP or AVIF of at most 25 million pixels. Where and with what it was taken is removed; ' +
      'the pixels stay as they are.',
    access: 'properties:write',
    params: PropertyParams,
    upload: { types: PICTURE_TYPES, maxBytes: schemas.MAX_UPLOAD_BYTES },
    refusals: [...NOT_FULLY, errors.TooManyImages, ...Object.values(pictureErrors)],
    status: 201,
    response: schemas.Image,
    handle: (ctx, { params, upload }) => uploadImage(ctx, { ...params, upload }),
    reply: toImage,
    headers: ({ id }) => ({ location: `/v1/images/${id}` }),
  }),
  endpoint({
    method: 'patch',
    path: '/v1/properties/{propertyId}/images/{imageId}',
    operationId: 'updateImage',
    room,
    summary: 'Say what a picture shows, and where it comes in the order',
    access: 'properties:write',
    params: schemas.PropertyImageParams,
    body: schemas.UpdateImageBody,
    refusals: [...NOT_FULLY, errors.ImageNotFound],
    status: 200,
    response: schemas.Image,
    handle: (ctx, { params, body }) => updateImage(ctx, { ...params, changes: body }),
    reply: toImage,
  }),
  endpoint({
    method: 'delete',
    path: '/v1/properties/{propertyId}/images/{imageId}',
    operationId: 'deleteImage',
    room,
    summary: 'Remove a picture',
    access: 'properties:write',
    params: schemas.PropertyImageParams,
    refusals: [...NOT_FULLY, errors.ImageNotFound, errors.PropertyIncomplete],
    status: 204,
    handle: (ctx, { params }) => deleteImage(ctx, params),
  }),
  endpoint({
    method: 'get',
    path: '/v1/images/{imageId}',
    operationId: 'getImage',
    room,
    summary: 'The picture itself',
    access: 'public',
    params: schemas.ImageParams,
    query: schemas.ImageQuery,
    refusals: [errors.ImageNotFound],
    status: 200,
    file: { types: PICTURE_TYPES, ranges: true },
    handle: (ctx, { params, query, conditions }) =>
      getImage(ctx, { ...params, width: query.width, conditions }),
  }),
];
