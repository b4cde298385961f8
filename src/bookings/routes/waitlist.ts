import { ScopeMissing } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { PropertyNotFound, PropertyParams, Unavailable } from '../../properties/index.ts';
import * as errors from '../errors.ts';
import { joinWaitlist } from '../join-waitlist.ts';
import { leaveWaitlist } from '../leave-waitlist.ts';
import { listWaitlist } from '../list-waitlist.ts';
import { WaitlistBody, WaitlistEntry, WaitlistPage, WaitlistParams } from '../schemas.ts';
import { toWaitlistEntry } from '../to-booking.ts';

export const waitlist = [
  endpoint({
    method: 'post',
    path: '/v1/properties/{propertyId}/waitlist',
    operationId: 'joinWaitlist',
    room: 'bookings',
    summary: 'Wait for nights that are taken',
    description:
      'When they become free, whoever waited first has them to book for half an hour, then the next. What else ' +
      'stands against the stay is refused as `bookings.unavailable`, with `causes`.',
    access: 'bookings:write',
    params: PropertyParams,
    body: WaitlistBody,
    keyed: 'verb',
    refusals: [
      ScopeMissing,
      PropertyNotFound,
      Unavailable,
      errors.OwnPlace,
      errors.AvailableNow,
      errors.WaitingEnough,
      errors.WaitlistFull,
    ],
    status: 201,
    response: WaitlistEntry,
    handle: (ctx, { params, body: { checkIn, checkOut, guests }, replay }) =>
      joinWaitlist(ctx, { ...params, stay: { checkIn, checkOut }, guests, replay }),
    reply: ({ value }) => toWaitlistEntry(value),
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/waitlist',
    operationId: 'listWaitlist',
    room: 'bookings',
    summary: 'What the caller waits for at one place, and what is offered',
    access: 'bookings:read',
    params: PropertyParams,
    refusals: [ScopeMissing, PropertyNotFound],
    status: 200,
    response: WaitlistPage,
    handle: (ctx, { params }) => listWaitlist(ctx, params),
    reply: (waiting) => ({ data: waiting.map(toWaitlistEntry), nextCursor: null }),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/properties/{propertyId}/waitlist/{entryId}',
    operationId: 'leaveWaitlist',
    room: 'bookings',
    summary: 'Wait no longer; what was kept for the caller goes to the next',
    access: 'bookings:write',
    params: WaitlistParams,
    refusals: [ScopeMissing, errors.WaitingNotFound],
    status: 204,
    handle: (ctx, { params }) => leaveWaitlist(ctx, params),
  }),
];
