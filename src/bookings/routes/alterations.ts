import { endpoint } from '../../platform/endpoint.ts';
import { PriceTooLarge } from '../../pricing/index.ts';
import { NoRates, Unavailable } from '../../properties/index.ts';
import { acceptAlteration } from '../accept-alteration.ts';
import { declineAlteration } from '../decline-alteration.ts';
import * as errors from '../errors.ts';
import { requestAlteration } from '../request-alteration.ts';
import * as schemas from '../schemas.ts';
import { NOBODYS, shown } from './shown.ts';

const room = 'bookings';

export const alterations = [
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/alterations',
    operationId: 'requestAlteration',
    room,
    summary: 'Ask for other nights or guests',
    description: 'The new nights are kept until the other side has answered, for 24 hours.',
    access: 'bookings:write',
    params: schemas.BookingParams,
    body: schemas.AlterationBody,
    keyed: 'verb',
    keyRequired: true,
    refusals: [
      ...NOBODYS,
      errors.WrongState,
      errors.AlterationPending,
      errors.NoChange,
      Unavailable,
      NoRates,
      PriceTooLarge,
    ],
    status: 201,
    ...shown,
    handle: (ctx, { params, body: { checkIn, checkOut, guests }, replay }) =>
      requestAlteration(ctx, { ...params, stay: { checkIn, checkOut }, guests, replay }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/alterations/{alterationId}/accept',
    operationId: 'acceptAlteration',
    room,
    summary: 'Agree to an alteration: nights, guests and price change together',
    access: 'bookings:write',
    params: schemas.AlterationParams,
    keyed: 'verb',
    refusals: [...NOBODYS, errors.AlterationNotFound, errors.OwnAlteration],
    status: 200,
    ...shown,
    handle: (ctx, { params, replay }) => acceptAlteration(ctx, { ...params, replay }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/alterations/{alterationId}/decline',
    operationId: 'declineAlteration',
    room,
    summary: 'Decline an alteration, or take one’s own back',
    access: 'bookings:write',
    params: schemas.AlterationParams,
    keyed: 'verb',
    refusals: [...NOBODYS, errors.AlterationNotFound],
    status: 200,
    ...shown,
    handle: (ctx, { params, replay }) => declineAlteration(ctx, { ...params, replay }),
  }),
];
