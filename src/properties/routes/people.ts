import { AccountNotFound, ScopeMissing } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { addCoHost } from '../add-co-host.ts';
import { addFavourite } from '../add-favourite.ts';
import * as errors from '../errors.ts';
import { listFavourites } from '../list-favourites.ts';
import { removeCoHost } from '../remove-co-host.ts';
import { removeFavourite } from '../remove-favourite.ts';
import * as schemas from '../schemas.ts';

const room = 'properties';
const FOR_THE_HOST = [ScopeMissing, errors.PropertyNotFound, errors.PropertyForbidden, errors.CoHostIsHost];

export const people = [
  endpoint({
    method: 'put',
    path: '/v1/properties/{propertyId}/co-hosts/{userId}',
    operationId: 'addCoHost',
    room,
    summary: 'Let somebody help, or change how far',
    description:
      '`messages` talks to guests, `calendar` also opens and closes nights, `full` does all but archive the place ' +
      'and choose who helps.',
    access: 'properties:write',
    params: schemas.CoHostParams,
    body: schemas.CoHostBody,
    refusals: [...FOR_THE_HOST, errors.PropertyArchived, AccountNotFound, errors.TooManyCoHosts],
    status: 200,
    response: schemas.CoHost,
    handle: (ctx, { params, body }) => addCoHost(ctx, { ...params, ...body }),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/properties/{propertyId}/co-hosts/{userId}',
    operationId: 'removeCoHost',
    room,
    summary: 'Let somebody help no longer, or help no longer oneself',
    description:
      'Also of a place that is archived. Who kept the calendar knew its address, so that changes: see `calendarUrl`.',
    access: 'properties:write',
    params: schemas.CoHostParams,
    refusals: FOR_THE_HOST,
    status: 204,
    handle: (ctx, { params }) => removeCoHost(ctx, params),
  }),
  endpoint({
    method: 'put',
    path: '/v1/me/favourites/{propertyId}',
    operationId: 'addFavourite',
    room,
    summary: 'Remember a place',
    access: 'profile',
    params: schemas.PropertyParams,
    refusals: [ScopeMissing, errors.PropertyNotFound, errors.TooManyFavourites],
    status: 204,
    handle: (ctx, { params }) => addFavourite(ctx, params),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/me/favourites/{propertyId}',
    operationId: 'removeFavourite',
    room,
    summary: 'Remember a place no longer',
    access: 'profile',
    params: schemas.PropertyParams,
    refusals: [ScopeMissing],
    status: 204,
    handle: (ctx, { params }) => removeFavourite(ctx, params),
  }),
  endpoint({
    method: 'get',
    path: '/v1/me/favourites',
    operationId: 'listFavourites',
    room,
    summary: 'The places to remember that are published now, newest first',
    access: 'profile',
    query: schemas.PageQuery,
    refusals: [ScopeMissing],
    status: 200,
    response: schemas.PublicPropertyPage,
    handle: (ctx, { query }) => listFavourites(ctx, query),
  }),
];
