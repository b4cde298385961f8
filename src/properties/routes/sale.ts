import { ScopeMissing } from '../../accounts/index.ts';
import { CalendarChanges, Rules } from '../../book/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { PreconditionFailed } from '../../platform/errors.ts';
import {
  PriceTooLarge,
  PromotionEnded,
  PromotionExhausted,
  PromotionNotStarted,
  PromotionUnknown,
  QUOTE_LIFE_MS,
  Rates,
} from '../../pricing/index.ts';
import { checkAvailability } from '../check-availability.ts';
import { createQuote } from '../create-quote.ts';
import * as errors from '../errors.ts';
import { getCalendar } from '../get-calendar.ts';
import { getRates } from '../get-rates.ts';
import { getRules } from '../get-rules.ts';
import { putRates } from '../put-rates.ts';
import { putRules } from '../put-rules.ts';
import * as schemas from '../sale-schemas.ts';
import { PropertyParams } from '../schemas.ts';
import { toCalendar, toQuote } from '../to-quote.ts';
import { updateCalendar } from '../update-calendar.ts';
import { watchProperty } from '../watch-property.ts';

const room = 'properties';
const NOBODYS = [ScopeMissing, errors.PropertyNotFound];
const NOT_FULLY = [...NOBODYS, errors.PropertyForbidden];
const versionOf = ({ version }: { version: number }) => String(version);

export const sale = [
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/rates',
    operationId: 'getRates',
    room,
    summary: 'What the host asks',
    description: 'For the host’s side: rates carry promotion codes.',
    access: 'properties:read',
    params: PropertyParams,
    refusals: NOT_FULLY,
    status: 200,
    response: schemas.RatesView,
    tagged: true,
    tag: versionOf,
    handle: (ctx, { params }) => getRates(ctx, params),
    reply: ({ value }) => value ?? { currency: null, nightly: null },
  }),
  endpoint({
    method: 'put',
    path: '/v1/properties/{propertyId}/rates',
    operationId: 'putRates',
    room,
    summary: 'Say what a night costs, and when it costs something else',
    description: 'Amounts are whole minor units of the currency. Quotes that live keep their price.',
    access: 'properties:write',
    params: PropertyParams,
    body: Rates,
    guarded: true,
    refusals: [...NOT_FULLY, errors.PropertyArchived, errors.DatesPriced, PreconditionFailed],
    status: 200,
    response: Rates,
    tagged: true,
    tag: versionOf,
    handle: (ctx, { params, body, ifMatch }) => putRates(ctx, { ...params, rates: body, ifMatch }),
    reply: ({ value }) => value,
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/rules',
    operationId: 'getRules',
    room,
    summary: 'When and how guests may come',
    access: 'anyone',
    scope: 'properties:read',
    params: PropertyParams,
    refusals: NOBODYS,
    status: 200,
    response: Rules,
    tagged: true,
    tag: versionOf,
    handle: (ctx, { params }) => getRules(ctx, params),
    reply: ({ value }) => value,
  }),
  endpoint({
    method: 'put',
    path: '/v1/properties/{propertyId}/rules',
    operationId: 'putRules',
    room,
    summary: 'Say when and how guests may come',
    access: 'properties:write',
    params: PropertyParams,
    body: Rules,
    guarded: true,
    refusals: [...NOT_FULLY, errors.PropertyArchived, PreconditionFailed],
    status: 200,
    response: Rules,
    tagged: true,
    tag: versionOf,
    handle: (ctx, { params, body, ifMatch }) => putRules(ctx, { ...params, rules: body, ifMatch }),
    reply: ({ value }) => value,
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/calendar',
    operationId: 'getCalendar',
    room,
    summary: 'Each night: whether it can be had, and for how much',
    description: 'Both ends are shown, at most 731 nights.',
    access: 'anyone',
    scope: 'properties:read',
    params: PropertyParams,
    query: schemas.CalendarQuery,
    refusals: NOBODYS,
    status: 200,
    response: schemas.Calendar,
    tagged: true,
    handle: (ctx, { params, query }) => getCalendar(ctx, { ...params, ...query }),
    reply: toCalendar,
  }),
  endpoint({
    method: 'put',
    path: '/v1/properties/{propertyId}/calendar',
    operationId: 'updateCalendar',
    room,
    summary: 'Close and open nights, and give them prices of their own',
    description: 'All changes happen or none does; answers with the nights that they name.',
    access: 'properties:write',
    params: PropertyParams,
    body: CalendarChanges,
    refusals: [...NOT_FULLY, errors.PropertyArchived, errors.CalendarBeyond],
    status: 200,
    response: schemas.Calendar,
    handle: (ctx, { params, body }) => updateCalendar(ctx, { ...params, changes: body.changes }),
    reply: toCalendar,
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/availability',
    operationId: 'checkAvailability',
    room,
    summary: 'Whether a stay could be booked, and everything that stands against it',
    access: 'anyone',
    scope: 'properties:read',
    params: PropertyParams,
    query: schemas.AvailabilityQuery,
    refusals: NOBODYS,
    status: 200,
    response: schemas.Availability,
    handle: (ctx, { params, query: { checkIn, checkOut, ...guests } }) =>
      checkAvailability(ctx, { ...params, stay: { checkIn, checkOut }, guests }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/properties/{propertyId}/live',
    operationId: 'watchProperty',
    room,
    summary: 'A WebSocket on which days become free or taken',
    description:
      'Messages are JSON: `{type: "ready", seq}`, then `{type: "change", seq, at, days: [{date, available}]}` with ' +
      'numbers that have no gap; `after` gets what came after one. `{type: "reset", seq}` means that this is more ' +
      'than is kept: read the calendar anew. Closed with 4404 when the place is not let any more. `ping` is answered with `pong`, and nothing else is read.',
    access: 'public',
    params: PropertyParams,
    query: schemas.WatchQuery,
    refusals: [errors.PropertyNotFound, errors.TooManyWatchers],
    status: 101,
    handle: (ctx, { params, query }) => watchProperty(ctx, { ...params, after: query.after }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/properties/{propertyId}/quotes',
    operationId: 'createQuote',
    room,
    summary: 'The exact price of a stay, signed, for fifteen minutes',
    description:
      'While it lives it is honoured, whatever the host changes. A 409 `bookings.unavailable` has `causes`.',
    access: 'anyone',
    scope: 'properties:read',
    params: PropertyParams,
    answerLifeMs: QUOTE_LIFE_MS,
    body: schemas.QuoteBody,
    refusals: [
      ...NOBODYS,
      errors.Unavailable,
      errors.NoRates,
      PriceTooLarge,
      PromotionUnknown,
      PromotionNotStarted,
      PromotionEnded,
      PromotionExhausted,
    ],
    status: 200,
    response: schemas.Quote,
    handle: (ctx, { params, body: { checkIn, checkOut, guests, promotionCode } }) =>
      createQuote(ctx, { ...params, stay: { checkIn, checkOut }, guests, promotionCode }),
    reply: toQuote,
  }),
];
