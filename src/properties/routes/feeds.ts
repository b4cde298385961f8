import { ScopeMissing } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { UrlNotAllowed } from '../../platform/foreign.ts';
import { addFeed } from '../add-feed.ts';
import * as errors from '../errors.ts';
import { exportCalendar } from '../export-calendar.ts';
import * as schemas from '../feed-schemas.ts';
import { listFeeds } from '../list-feeds.ts';
import { removeFeed } from '../remove-feed.ts';
import { PageQuery, PropertyParams } from '../schemas.ts';
import { syncFeed } from '../sync-feed.ts';
import { toFeed } from '../to-feed.ts';

const room = 'properties';
const NOT_CALENDAR = [ScopeMissing, errors.PropertyNotFound, errors.PropertyForbidden];

export const feeds = [
  endpoint({
    method: 'post',
    path: '/v1/properties/{propertyId}/feeds',
    operationId: 'addFeed',
    room,
    summary: 'Take the nights of another platform’s calendar from now on',
    description:
      'It is read in a moment, and then twice an hour. Its address is kept sealed and never shown.',
    access: 'properties:write',
    params: PropertyParams,
    body: schemas.AddFeedBody,
    refusals: [
      ...NOT_CALENDAR,
      errors.PropertyArchived,
      UrlNotAllowed,
      errors.TooManyFeeds,
      errors.FeedKnown,
    ],
    status: 201,
    response: schemas.Feed,
    handle: (ctx, { params, body }) => addFeed(ctx, { ...params, ...body }),
    reply: toFeed,
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/feeds',
    operationId: 'listFeeds',
    room,
    summary: 'The calendars of other platforms, and how their last visits went',
    access: 'properties:read',
    params: PropertyParams,
    query: PageQuery,
    refusals: NOT_CALENDAR,
    status: 200,
    response: schemas.FeedPage,
    handle: (ctx, { params, query }) => listFeeds(ctx, { ...params, ...query }),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/properties/{propertyId}/feeds/{feedId}',
    operationId: 'removeFeed',
    room,
    summary: 'Forget a calendar; the nights that it took are free again',
    access: 'properties:write',
    params: schemas.FeedParams,
    refusals: [...NOT_CALENDAR, errors.PropertyArchived, errors.FeedNotFound],
    status: 204,
    handle: (ctx, { params }) => removeFeed(ctx, params),
  }),
  endpoint({
    method: 'post',
    path: '/v1/properties/{propertyId}/feeds/{feedId}/sync',
    operationId: 'syncFeed',
    room,
    summary: 'Read a calendar now; at most once a minute',
    access: 'properties:write',
    params: schemas.FeedParams,
    refusals: [...NOT_CALENDAR, errors.PropertyArchived, errors.FeedNotFound],
    status: 202,
    response: schemas.Feed,
    handle: (ctx, { params }) => syncFeed(ctx, params),
    reply: toFeed,
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/calendar.ics',
    operationId: 'exportCalendar',
    room,
    summary: 'The nights that are taken, for other platforms',
    description: 'Whoever has the address can read it. It names nobody.',
    access: 'public',
    params: PropertyParams,
    query: schemas.CalendarFileQuery,
    refusals: [errors.CalendarTokenInvalid, errors.PropertyNotFound, errors.PropertyArchived],
    status: 200,
    file: { types: ['text/calendar'] },
    handle: (ctx, { params, query, conditions }) => exportCalendar(ctx, { ...params, ...query, conditions }),
  }),
];
