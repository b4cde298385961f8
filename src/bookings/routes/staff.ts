import { Forbidden, SecondFactorRequired } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { cancelBookingAsStaff } from '../cancel-booking-as-staff.ts';
import * as errors from '../errors.ts';
import { BookingParams, StaffCancellation } from '../schemas.ts';
import { NOBODYS, shown } from './shown.ts';

export const staff = [
  endpoint({
    method: 'post',
    path: '/v1/staff/bookings/{bookingId}/cancel',
    operationId: 'cancelBookingAsStaff',
    room: 'bookings',
    summary: 'Cancel anybody’s booking, for a reason that is kept',
    description:
      'The guest gets everything back. The host owes the penalty unless it is waived. With `keepBlocked` the nights ' +
      'stay closed.',
    access: 'staff',
    params: BookingParams,
    body: StaffCancellation,
    keyed: 'verb',
    refusals: [...NOBODYS, Forbidden, SecondFactorRequired, errors.OwnBooking, errors.WrongState],
    status: 200,
    ...shown,
    handle: (ctx, { params, body, replay }) => cancelBookingAsStaff(ctx, { ...params, ...body, replay }),
  }),
];
