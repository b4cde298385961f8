import { HostRequired, ScopeMissing } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { archiveProperty } from '../archive-property.ts';
import { createProperty } from '../create-property.ts';
import * as errors from '../errors.ts';
import { getProperty } from '../get-property.ts';
import { listAmenities } from '../list-amenities.ts';
import { listMyProperties } from '../list-my-properties.ts';
import { publishProperty } from '../publish-property.ts';
import * as schemas from '../schemas.ts';
import { type ShownProperty, tagOf } from '../to-property.ts';
import { unpublishProperty } from '../unpublish-property.ts';
import { updateProperty } from '../update-property.ts';

const room = 'properties';
const NOT_FULLY = [ScopeMissing, errors.PropertyNotFound, errors.PropertyForbidden];
const viewOf = ({ view }: ShownProperty) => view;

export const content = [
  endpoint({
    method: 'get',
    path: '/v1/amenities',
    operationId: 'listAmenities',
    room,
    summary: 'What a place can have',
    access: 'public',
    refusals: [],
    status: 200,
    response: schemas.Amenities,
    tagged: true,
    cacheControl: 'public, max-age=3600',
    handle: () => listAmenities(),
  }),
  endpoint({
    method: 'post',
    path: '/v1/properties',
    operationId: 'createProperty',
    room,
    summary: 'Describe a place; it is a draft until it is published',
    access: 'properties:write',
    body: schemas.CreatePropertyBody,
    refusals: [ScopeMissing, HostRequired],
    status: 201,
    response: schemas.Property,
    handle: (ctx, { body }) => createProperty(ctx, body),
    reply: viewOf,
    headers: ({ view }) => ({ location: `/v1/properties/${view.id}` }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}',
    operationId: 'getProperty',
    room,
    summary: 'A place as the caller may know it',
    description:
      'The public sees a published property with its place moved by 300 to 500 metres, and a change within a ' +
      'minute; `Cache-Control: no-cache` shows it at once. The host’s side sees everything at once.',
    access: 'anyone',
    scope: 'properties:read',
    params: schemas.PropertyParams,
    refusals: [ScopeMissing, errors.PropertyNotFound],
    status: 200,
    response: schemas.Property,
    tagged: true,
    tag: tagOf,
    handle: (ctx, { params, fresh }) => getProperty(ctx, { ...params, fresh }),
    reply: viewOf,
  }),
  endpoint({
    method: 'patch',
    path: '/v1/properties/{propertyId}',
    operationId: 'updateProperty',
    room,
    summary: 'Change the description',
    description: 'Of two who change the same version, the second is refused.',
    access: 'properties:write',
    params: schemas.PropertyParams,
    body: schemas.UpdatePropertyBody,
    guarded: true,
    refusals: [...NOT_FULLY, errors.PropertyArchived, errors.PropertyIncomplete],
    status: 200,
    response: schemas.Property,
    tagged: true,
    tag: tagOf,
    handle: (ctx, { params, body, ifMatch }) => updateProperty(ctx, { ...params, changes: body, ifMatch }),
    reply: viewOf,
  }),
  endpoint({
    method: 'delete',
    path: '/v1/properties/{propertyId}',
    operationId: 'archiveProperty',
    room,
    summary: 'Archive a place for good',
    description: 'Refused while guests are still to stay there.',
    access: 'properties:write',
    params: schemas.PropertyParams,
    refusals: [...NOT_FULLY, errors.PropertySuspended, errors.StaysAhead],
    status: 204,
    handle: (ctx, { params }) => archiveProperty(ctx, params),
  }),
  endpoint({
    method: 'post',
    path: '/v1/properties/{propertyId}/publish',
    operationId: 'publishProperty',
    room,
    summary: 'Show a place to the public, and take bookings',
    description: 'What is missing is named, all of it, in `missing`.',
    access: 'properties:write',
    params: schemas.PropertyParams,
    body: schemas.EmptyBody,
    bodyOptional: true,
    refusals: [...NOT_FULLY, errors.PropertyIncomplete, errors.PropertyArchived, errors.PropertySuspended],
    status: 200,
    response: schemas.Property,
    handle: (ctx, { params }) => publishProperty(ctx, params),
    reply: viewOf,
  }),
  endpoint({
    method: 'post',
    path: '/v1/properties/{propertyId}/unpublish',
    operationId: 'unpublishProperty',
    room,
    summary: 'Hide a place from the public; stays that were booked go on',
    access: 'properties:write',
    params: schemas.PropertyParams,
    body: schemas.EmptyBody,
    bodyOptional: true,
    refusals: [...NOT_FULLY, errors.NeverPublished, errors.PropertyArchived, errors.PropertySuspended],
    status: 200,
    response: schemas.Property,
    handle: (ctx, { params }) => unpublishProperty(ctx, params),
    reply: viewOf,
  }),
  endpoint({
    method: 'get',
    path: '/v1/me/properties',
    operationId: 'listMyProperties',
    room,
    summary: 'The places that the caller lets or helps to let, newest first',
    access: 'properties:read',
    query: schemas.MyPropertiesQuery,
    refusals: [ScopeMissing],
    status: 200,
    response: schemas.PropertyPage,
    handle: (ctx, { query }) => listMyProperties(ctx, query),
  }),
];
