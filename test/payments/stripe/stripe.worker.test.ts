import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { createStripe, readStripeEvent } from '../../../src/payments/stripe/index.ts';
import { createSend } from '../../../src/platform/outbound.ts';
import { settings } from '../../worker/ground.ts';
import { effectOf, newOrder } from './ground.ts';
import { eventOf, INTENT, NOW_MS, OTHER_SECRET, SECRET, sign } from './signed.ts';

test('on Workers a payment is begun and ended at the address of the settings', async () => {
  const provider = createStripe(settings().stripe, createSend(env.SANDBOX));
  const order = newOrder();
  const started = await provider.start(order);
  if (!started.ok) throw new Error(started.code);
  expect(started.forGuest.publishableKey).toBe(settings().stripe.publishableKey);

  const look = () => provider.look({ id: order.id, reference: started.reference });
  expect(await look()).toMatchObject({ paymentId: order.id, status: 'waiting', amount: order.amount });
  expect(await provider.perform(effectOf('void', order, started.reference))).toMatchObject({ kind: 'done' });
  expect(await look()).toMatchObject({ status: 'voided' });
});

test('on Workers a signed event is believed, and a forged one is not', async () => {
  const body = JSON.stringify(eventOf('payment_intent.succeeded', { ...INTENT, amount_received: 9_000 }));
  const read = async (secret: string) => readStripeEvent(body, await sign(body, secret), [SECRET], NOW_MS);
  expect(await read(SECRET)).toMatchObject({ kind: 'event', event: { kind: 'captured', amount: 9_000 } });
  expect(await read(OTHER_SECRET)).toEqual({ kind: 'refused', why: 'signature' });
});
