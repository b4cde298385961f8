import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Deliveries } from '../deliveries.ts';
import type { Store } from '../store.ts';
import { accounts } from './accounts.ts';
import { createApi } from './api.ts';
import { createDevice } from './device.ts';
import { disputes } from './disputes.ts';
import { createEmit } from './events.ts';
import { createObjects } from './objects.ts';
import { listing } from './params.ts';
import { paymentIntents } from './payment-intents.ts';
import { refunds } from './refunds.ts';
import { route } from './route.ts';
import { transfers } from './transfers.ts';

/** Stripe as far as a marketplace needs it, at /sandbox/stripe. It keeps what it is told, and tells it on. */
export function createStripe(store: Store, clock: Clock, deliveries: Deliveries) {
  const objects = createObjects(store, clock);
  const emit = createEmit(objects, deliveries);
  const intents = paymentIntents(objects, emit);
  const events = [
    route(
      'GET',
      '/v1/events',
      z.strictObject({ ...listing, type: z.string().optional() }),
      ({ type, ...params }) => objects.page('event', '/v1/events', params, { type }),
    ),
    route('GET', '/v1/events/:id', z.strictObject({}), (_, [id]) => objects.get('event', id, 'id')),
  ];
  const routes = [
    ...intents.routes,
    ...refunds(objects, emit),
    ...disputes(objects),
    ...accounts(objects),
    ...transfers(store, objects, emit),
    ...events,
  ];

  return {
    ...createApi(store, clock, objects, routes),
    device: createDevice(objects, emit),
    expire: () => store.transaction(intents.expire),
    nextAt: intents.nextExpiryAt,
  };
}
