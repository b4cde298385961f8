import { expect, it } from 'vitest';
import { WEBHOOK_SECRET } from '../../../sandbox/src/stripe/secret.ts';
import { readStripeEvent } from '../../../src/payments/stripe/index.ts';
import { openSandbox, type Received } from '../../sandbox/ground.ts';
import { createTill, newPaymentId, sdkFor } from '../../sandbox/stripe-ground.ts';

const place = openSandbox();
const { received } = place;
const stripe = sdkFor(place);
const till = createTill(place, stripe);

const nowMs = async () => Date.parse((await place.call('GET', '/sandbox/clock')).body.now as string);
/** As of when it came. */
const read = async ({ body, headers, at }: Received) => {
  const ago = Date.now() - at;
  return readStripeEvent(body, headers.get('stripe-signature'), [WEBHOOK_SECRET], (await nowMs()) - ago);
};

it('the life of a payment is told in our words, and every event is of this payment', async () => {
  const paymentId = newPaymentId();
  const { id } = await till.start(paymentId, 10_000, 'nok');
  await till.play(paymentId, 'fail');
  await till.play(paymentId, 'succeed');
  await stripe.paymentIntents.capture(id, { amount_to_capture: 8_000 });
  await stripe.refunds.create({ payment_intent: id, amount: 1_000, metadata: { paymentId } });
  await till.play(paymentId, 'fail_refund');
  await till.play(paymentId, 'dispute');
  await till.play(paymentId, 'lose_dispute');
  await expect.poll(() => received.length).toBe(8);

  const readings = await Promise.all(received.map(read));
  const told = readings.map((reading) =>
    reading.kind === 'event' ? `${reading.event.kind} ${reading.event.amount}` : reading,
  );
  expect(told).toEqual([
    ...['failed 10000', 'authorized 10000', 'captured 8000', 'refunded 1000'],
    { kind: 'ignored', type: 'charge.refunded' },
    ...['refund_failed 1000', 'disputed 8000', 'dispute_lost 8000'],
  ]);
  for (const reading of readings) {
    if (reading.kind === 'event') expect(reading.paymentReference).toBe(id);
  }
});

it.each([
  ['forged', 'signature'],
  ['tampered', 'signature'],
  ['truncated', 'signature'],
  ['reserialised', 'signature'],
  ['old', 'timestamp'],
  ['future', 'timestamp'],
])('what is %s is refused, and believed when it comes whole', async (mode, why) => {
  const paymentId = newPaymentId();
  await till.start(paymentId);
  place.answerWith(400);
  await till.play(paymentId, 'succeed', { mode });
  const [first] = received;
  expect(await read(first as Received)).toEqual({ kind: 'refused', why });

  place.answerWith(200);
  await place.call('POST', '/sandbox/clock', { advance: 'PT5S' });
  await expect.poll(() => received.length).toBe(2);
  expect(await read(received[1] as Received)).toMatchObject({ kind: 'event', event: { paymentId } });
});
