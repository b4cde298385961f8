import { ScopeMissing } from '../../accounts/index.ts';
import { BookingNotFound, NotTheHost, shown, WrongState } from '../../bookings/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { createRefund } from '../create-refund.ts';
import * as errors from '../errors.ts';
import { getPayment } from '../get-payment.ts';
import { listPayments } from '../list-payments.ts';
import * as schemas from '../schemas.ts';
import { type BegunPayment, startPayment } from '../start-payment.ts';
import { toPayment } from '../to-payment.ts';

const room = 'payments';

const toStarted = ({ payment, forGuest }: BegunPayment) => ({
  payment: toPayment(payment),
  [payment.provider]: forGuest,
});

export const bookingPayments = [
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/payment',
    operationId: 'startPayment',
    room,
    summary: 'Begin to pay for a booking',
    description:
      'With Stripe, confirm the PaymentIntent on the guest’s device with `clientSecret`. With M-Pesa, the phone ' +
      'is asked for its PIN. The booking is confirmed when the provider has told that it was paid.',
    access: 'payments:write',
    params: schemas.BookingParams,
    body: schemas.StartPaymentBody,
    keyRequired: true,
    refusals: [
      ScopeMissing,
      BookingNotFound,
      errors.NotTheGuest,
      errors.NothingDue,
      errors.NotPayable,
      errors.PhoneRequired,
      errors.ProviderRefused,
      WrongState,
    ],
    status: 201,
    response: schemas.StartedPayment,
    handle: (ctx, { params, body }) =>
      startPayment(ctx, { ...params, provider: body.provider, phone: body.phone ?? null }),
    reply: toStarted,
  }),
  endpoint({
    method: 'get',
    path: '/v1/bookings/{bookingId}/payment',
    operationId: 'getPayment',
    room,
    summary: 'The payment of a booking, as its provider last told',
    access: 'bookings:read',
    params: schemas.BookingParams,
    refusals: [ScopeMissing, BookingNotFound, errors.PaymentNotFound],
    status: 200,
    response: schemas.Payment,
    handle: (ctx, { params }) => getPayment(ctx, params),
    reply: toPayment,
  }),
  endpoint({
    method: 'post',
    path: '/v1/bookings/{bookingId}/refunds',
    operationId: 'createRefund',
    room,
    summary: 'Give a guest something back, of the host’s own will',
    description: 'It comes from what the host earns of the booking, and is no more than that.',
    access: 'payments:write',
    params: schemas.BookingParams,
    body: schemas.RefundBody,
    keyed: 'verb',
    keyRequired: true,
    refusals: [ScopeMissing, BookingNotFound, NotTheHost, errors.RefundTooLarge],
    status: 201,
    ...shown,
    handle: (ctx, { params, body, replay }) => createRefund(ctx, { ...params, ...body, replay }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/payments',
    operationId: 'listPayments',
    room,
    summary: 'What the caller has paid, or was paid for, newest first',
    access: 'bookings:read',
    query: schemas.PaymentsQuery,
    refusals: [ScopeMissing],
    status: 200,
    response: schemas.PaymentPage,
    handle: (ctx, { query }) => listPayments(ctx, query),
  }),
];
