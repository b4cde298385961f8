import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Json, openMarket } from './market.ts';

/** Guests pay, in the sandbox's world, through everything that lies between their device and the book. */
let market: Awaited<ReturnType<typeof openMarket>>;
let place: string;
let asking: string;
beforeAll(async () => {
  market = await openMarket();
  place = await market.plant('instant');
  asking = await market.plant('request');
}, 60_000);
afterAll(() => market?.world.stop());

const guestOf = (index: number) => market.guests[index] as string;
const seen = (guest: string, id: string) => () => market.done(guest, 'GET', `/v1/bookings/${id}`);
const become =
  (status: string, payment: string) =>
  (booking: Json): boolean =>
    booking.status === status && booking.payment?.status === payment;
const begin = (guest: string, id: string, provider: 'stripe' | 'mpesa') =>
  market.done(guest, 'POST', `/v1/bookings/${id}/payment`, {
    provider,
    ...(provider === 'mpesa' ? { phone: '0712345678' } : {}),
  });

test('a card is held, the stay is confirmed, and then the money is taken', async () => {
  const guest = guestOf(0);
  const { id, total } = await market.hold(guest, place, market.inDays(30));
  const begun = await begin(guest, id, 'stripe');
  expect(begun).toMatchObject({
    payment: { provider: 'stripe', status: 'pending', amount: total, bookingId: id },
    stripe: { clientSecret: expect.stringMatching(/^pi_/), publishableKey: expect.stringMatching(/^pk_/) },
  });
  expect((await begin(guest, id, 'stripe')).payment.id).toBe(begun.payment.id);

  await market.play(begun.payment.id, 'succeed');
  const paid = await market.until(seen(guest, id), become('confirmed', 'captured'));
  expect(paid.payment).toMatchObject({ id: begun.payment.id, provider: 'stripe', amount: total });
  const payment = await market.until(
    () => market.done(guest, 'GET', `/v1/bookings/${id}/payment`),
    ({ status }: Json) => status === 'captured',
  );
  expect(payment).toMatchObject({ refunded: { amount: 0 } });

  await market.done(market.host, 'POST', `/v1/bookings/${id}/cancel`, {});
  const returned = await market.until(
    () => market.done(guest, 'GET', `/v1/bookings/${id}/payment`),
    ({ status }: Json) => status === 'refunded',
  );
  expect(returned.refunded).toEqual(total);
  const { data } = await market.done(guest, 'GET', '/v1/payments');
  expect(data.map(({ id: one }: Json) => one)).toEqual([begun.payment.id]);
});

test('a phone pays by M-Pesa, and its money goes back when the host declines', async () => {
  const guest = guestOf(1);
  const { id } = await market.hold(guest, asking, market.inDays(40));
  const { payment, mpesa } = await begin(guest, id, 'mpesa');
  expect(mpesa.checkoutRequestId).toEqual(expect.any(String));
  await market.play(payment.id, 'succeed');
  await market.until(seen(guest, id), (booking: Json) => booking.awaiting === 'host');
  await market.done(market.host, 'POST', `/v1/bookings/${id}/decline`, {});
  await market.until(
    () => market.done(guest, 'GET', `/v1/bookings/${id}/payment`),
    ({ status }: Json) => status === 'refunded',
  );
});

test('a card that is declined may try again, and pays once', async () => {
  const guest = guestOf(2);
  const { id } = await market.hold(guest, place, market.inDays(50));
  const { payment } = await begin(guest, id, 'stripe');
  await market.play(payment.id, 'fail');
  await market.until(seen(guest, id), become('pending', 'failed'));
  await market
    .play(payment.id, 'succeed', { mode: 'duplicate' })
    .catch(() => market.play(payment.id, 'succeed'));
  await market.until(seen(guest, id), become('confirmed', 'captured'));
});

test('who pays too late, and finds the room taken, gets the money back', async () => {
  const [late, quick] = [guestOf(3), guestOf(4)];
  const held = await market.hold(late, place, market.inDays(60));
  const { payment } = await begin(late, held.id, 'stripe');
  await market.advance('PT15M');
  const taken = await market.hold(quick, place, market.inDays(60));
  await market.play(payment.id, 'succeed');
  await market.until(
    () => market.done(late, 'GET', `/v1/bookings/${held.id}/payment`),
    ({ status }: Json) => status === 'voided',
  );
  expect(await seen(late, held.id)()).toMatchObject({ status: 'cancelled', cause: 'payment_expired' });
  expect(await seen(quick, taken.id)()).toMatchObject({ status: 'pending' });
});

test('who pays too late, and finds the room free, gets the room', async () => {
  const guest = guestOf(5);
  const { id } = await market.hold(guest, place, market.inDays(70));
  const { payment } = await begin(guest, id, 'stripe');
  await market.advance('PT16M');
  expect(await seen(guest, id)()).toMatchObject({ status: 'cancelled', cause: 'payment_expired' });
  await market.play(payment.id, 'succeed');
  await market.until(seen(guest, id), become('confirmed', 'captured'));
});

test('what is refused moves nothing', async () => {
  const [guest, other] = [guestOf(0), guestOf(1)];
  const { id } = await market.hold(guest, place, market.inDays(80));
  const before = await seen(guest, id)();
  const pay = (as: string, body: unknown) => market.ask(as, 'POST', `/v1/bookings/${id}/payment`, body);
  expect((await pay(other, { provider: 'stripe' })).body.code).toBe('bookings.not_found');
  expect((await pay(market.host, { provider: 'stripe' })).body.code).toBe('payments.not_the_guest');
  expect((await pay(guest, { provider: 'mpesa' })).body.code).toBe('payments.phone_required');
  expect((await market.ask(guest, 'GET', `/v1/bookings/${id}/payment`)).body.code).toBe('payments.not_found');
  const refund = { amount: 1, reason: 'Because' };
  const refunded = await market.ask(market.host, 'POST', `/v1/bookings/${id}/refunds`, refund);
  expect(refunded.body).toMatchObject({ code: 'payments.refund_too_large', mostAmount: 0 });
  const forged = await fetch(`${market.world.url}/v1/webhooks/stripe`, {
    method: 'POST',
    headers: { 'stripe-signature': `t=${Math.floor(market.now() / 1_000)},v1=${'0'.repeat(64)}` },
    body: '{"id":"evt_1","object":"event"}',
  });
  expect(forged.status).toBe(400);
  const strange = await fetch(`${market.world.url}/v1/webhooks/mpesa/nobody.knows`, {
    method: 'POST',
    body: '{',
  });
  expect(await strange.json()).toEqual({ ResultCode: 0, ResultDesc: 'Accepted' });
  expect(await seen(guest, id)()).toEqual(before);
});
