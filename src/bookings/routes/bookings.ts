import { ScopeMissing } from '../../accounts/index.ts';
import { CaptchaRefused, CaptchaRequired } from '../../platform/captcha.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { PromotionExhausted, QuoteExpired, QuoteInvalid } from '../../pricing/index.ts';
import { PropertyNotFound, Unavailable } from '../../properties/index.ts';
import { acceptBooking } from '../accept-booking.ts';
import { cancelBooking } from '../cancel-booking.ts';
import { createBooking } from '../create-booking.ts';
import { declineBooking } from '../decline-booking.ts';
import * as errors from '../errors.ts';
import { getBooking } from '../get-booking.ts';
import { listBookings } from '../list-bookings.ts';
import { markNoShow } from '../mark-no-show.ts';
import { previewRefund } from '../preview-refund.ts';
import * as schemas from '../schemas.ts';
import { toRefund } from '../to-refund.ts';
import { NOBODYS, shown } from './shown.ts';

const room = 'bookings';

export const bookings = [
  endpoint({
    method: 'post',
    path: '/v1/bookings',
    operationId: 'createBooking',
    room,
    summary: 'Keep the nights of a quote until they are paid, for fifteen minutes',
    description:
      'At most three unpaid bookings are kept at once, and one at each place. A 409 `bookings.unavailable` has ' +
      '`causes`. Who has let nights lapse unpaid within thirty days is asked for a `captcha`.',
    access: 'bookings:write',
    body: schemas.NewBooking,
    keyed: 'verb',
    keyRequired: true,
    refusals: [
      ScopeMissing,
      QuoteInvalid,
      QuoteExpired,
      PropertyNotFound,
      Unavailable,
      PromotionExhausted,
      errors.OwnPlace,
      errors.HeldAlready,
      errors.TooManyHolds,
      CaptchaRequired,
      CaptchaRefused,
    ],
    status: 201,
    headers: ({ value }) => ({ location: `/v1/bookings/${value.id}` }),
    ...shown,
    handle: (ctx, { body, replay }) =>
      createBooking(ctx, {
        quote: body.quote,
        message: body.message ?? null,
        captcha: body.captcha,
        replay,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/bookings',
    operationId: 'listBookings',
    room,
    summary: 'The caller’s bookings, as a guest or on the host’s side, newest first',
    access: 'bookings:read',
    query: schemas.BookingsQuery,
    refusals: [ScopeMissing],
    status: 200,
    response: schemas.BookingPage,
    handle: (ctx, { query }) => listBookings(ctx, query),
  }),
  endpoint({
    method: 'get',
    path: '/v1/bookings/{bookingId}',
    operationId: 'getBooking',
    room,
    summary: 'A booking, for its guest and for the host’s side',
    access: 'bookings:read',
    params: schemas.BookingParams,
    refusals: NOBODYS,
    status: 200,
    ...shown,
    handle: (ctx, { params }) => getBooking(ctx, params),
  }),
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/accept',
    operationId: 'acceptBooking',
    room,
    summary: 'Accept a request',
    access: 'bookings:write',
    params: schemas.BookingParams,
    keyed: 'verb',
    refusals: [...NOBODYS, errors.NotTheHost, errors.WrongState],
    status: 200,
    ...shown,
    handle: (ctx, { params, replay }) => acceptBooking(ctx, { ...params, replay }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/decline',
    operationId: 'declineBooking',
    room,
    summary: 'Decline a request; the guest pays nothing',
    access: 'bookings:write',
    params: schemas.BookingParams,
    keyed: 'verb',
    refusals: [...NOBODYS, errors.NotTheHost, errors.WrongState],
    status: 200,
    ...shown,
    handle: (ctx, { params, replay }) => declineBooking(ctx, { ...params, replay }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/cancel',
    operationId: 'cancelBooking',
    room,
    summary: 'Cancel a booking',
    description:
      'A guest gets back what the policy says, see refund-preview. When the host cancels, the guest gets ' +
      'everything back and the host owes a penalty.',
    access: 'bookings:write',
    params: schemas.BookingParams,
    body: schemas.Reason,
    bodyOptional: true,
    keyed: 'verb',
    refusals: [...NOBODYS, errors.WrongState],
    status: 200,
    ...shown,
    handle: (ctx, { params, body, replay }) =>
      cancelBooking(ctx, { ...params, reason: body.reason ?? null, replay }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/no-show',
    operationId: 'markNoShow',
    room,
    summary: 'Say that the guest did not come',
    description: 'From check-in on, for 24 hours. It settles as if the guest had cancelled at check-in.',
    access: 'bookings:write',
    params: schemas.BookingParams,
    body: schemas.Reason,
    bodyOptional: true,
    keyed: 'verb',
    refusals: [...NOBODYS, errors.NotTheHost, errors.WrongState, errors.TooEarly, errors.TooLate],
    status: 200,
    ...shown,
    handle: (ctx, { params, body, replay }) =>
      markNoShow(ctx, { ...params, reason: body.reason ?? null, replay }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/bookings/{bookingId}/refund-preview',
    operationId: 'previewRefund',
    room,
    summary: 'What the guest would get back who cancelled now, or at a moment to come',
    access: 'bookings:read',
    params: schemas.BookingParams,
    query: schemas.RefundQuery,
    refusals: [...NOBODYS, errors.WrongState],
    status: 200,
    response: schemas.RefundPreview,
    handle: (ctx, { params, query }) =>
      previewRefund(ctx, { ...params, at: query.at === undefined ? null : Date.parse(query.at) }),
    reply: toRefund,
  }),
];
