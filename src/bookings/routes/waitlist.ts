import { ScopeMissing } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { PropertyNotFound, PropertyParams, Unavailable } from '../../properties/index.ts';
import * as errors from '../errors.ts';
import { joinWaitlist } from '../join-waitlist.ts';
import { WaitlistBody, WaitlistEntry } from '../schemas.ts';
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
];
