import { z } from '../../kernel/zod.ts';
import { endpoint } from '../../platform/endpoint.ts';
import * as errors from '../errors.ts';
import { receiveMpesaCallback } from '../receive-mpesa-callback.ts';
import { receiveStripeEvent } from '../receive-stripe-event.ts';
import * as schemas from '../schemas.ts';

const room = 'payments';

export const webhooks = [
  endpoint({
    method: 'post',
    path: '/v1/webhooks/stripe',
    operationId: 'receiveStripeEvent',
    room,
    summary: 'Where Stripe tells what happened',
    access: 'public',
    raw: true,
    signature: 'Stripe-Signature',
    refusals: [errors.SignatureInvalid],
    status: 204,
    handle: (ctx, { raw, signature }) => receiveStripeEvent(ctx, { body: raw, signature: signature ?? null }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/webhooks/mpesa/{token}',
    operationId: 'receiveMpesaCallback',
    room,
    summary: 'Where M-Pesa tells what happened',
    access: 'public',
    params: schemas.CallbackParams,
    raw: true,
    refusals: [],
    status: 200,
    response: z.object({ ResultCode: z.literal(0), ResultDesc: z.string() }),
    handle: (ctx, { params, raw }) => receiveMpesaCallback(ctx, { token: params.token, body: raw }),
    reply: () => ({ ResultCode: 0, ResultDesc: 'Accepted' }),
  }),
];
