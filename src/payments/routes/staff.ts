import { Forbidden, ScopeMissing, SecondFactorRequired } from '../../accounts/index.ts';
import { BookingNotFound, OwnBooking, shown } from '../../bookings/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import * as errors from '../errors.ts';
import { listParkedEffects } from '../list-parked-effects.ts';
import { refundBooking } from '../refund-booking.ts';
import { retryEffect } from '../retry-effect.ts';
import * as schemas from '../schemas.ts';
import { toEffect } from '../to-effect.ts';

const room = 'payments';
const STAFFS = [ScopeMissing, Forbidden, SecondFactorRequired];

export const staff = [
  endpoint({
    method: 'get',
    path: '/v1/staff/effects',
    operationId: 'listParkedEffects',
    room,
    summary: 'What providers refused to do, or have not answered for over an hour',
    access: 'staff',
    query: schemas.ParkedEffectsQuery,
    refusals: STAFFS,
    status: 200,
    response: schemas.ParkedEffectPage,
    handle: (ctx, { query }) => listParkedEffects(ctx, query),
  }),
  endpoint({
    method: 'post',
    path: '/v1/staff/effects/{effectId}/retry',
    operationId: 'retryEffect',
    room,
    summary: 'Ask a provider once more, for a reason that is kept',
    description:
      'What was refused is asked for anew; what may have been done goes under its key again, so that it is done once.',
    access: 'staff',
    params: schemas.EffectParams,
    body: schemas.RetryBody,
    refusals: [...STAFFS, errors.EffectNotFound, errors.EffectSettled, OwnBooking],
    status: 200,
    response: schemas.ParkedEffect,
    handle: (ctx, { params, body }) => retryEffect(ctx, { ...params, ...body }),
    reply: toEffect,
  }),
  endpoint({
    method: 'post',
    path: '/v1/staff/bookings/{bookingId}/refund',
    operationId: 'refundBooking',
    room,
    summary: 'Give a guest something back, for a reason that is kept',
    description: 'It comes from the marketplace’s fees, and what they do not cover from the host’s part.',
    access: 'staff',
    params: schemas.BookingParams,
    body: schemas.RefundBody,
    keyed: 'verb',
    keyRequired: true,
    refusals: [...STAFFS, BookingNotFound, OwnBooking, errors.RefundTooLarge],
    status: 201,
    ...shown,
    handle: (ctx, { params, body, replay }) => refundBooking(ctx, { ...params, ...body, replay }),
  }),
];
