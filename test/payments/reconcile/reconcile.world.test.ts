import { afterAll, beforeAll, expect, test } from 'vitest';
import { sdkAt } from '../../sandbox/stripe-ground.ts';
import { type Json, openMarket } from '../market.ts';

/** The whole way: somebody refunds at Stripe's own desk, and what Stripe tells of it never comes. */
let market: Awaited<ReturnType<typeof openMarket>>;
let stripe: ReturnType<typeof sdkAt>;
beforeAll(async () => {
  market = await openMarket();
  stripe = sdkAt((path) => `${market.world.url}${path}`);
}, 60_000);
afterAll(() => market?.world.stop());

const PATH = '/v1/staff/reconciliation';
const shown = async (status: string): Promise<Json[]> =>
  (await market.done(market.staff, 'GET', `${PATH}?status=${status}`)).data;
const sandbox = async (method: string, path: string, body?: unknown): Promise<Json> => {
  const headers = { 'content-type': 'application/json' };
  const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
  return (await fetch(`${market.world.url}/sandbox${path}`, init)).json();
};
const lose = (mode: 'drop' | 'none') => sandbox('POST', '/delivery-faults', { target: 'stripe', mode });

async function pay(
  guest: string,
  place: string,
  inDays: number,
  provider: 'stripe' | 'mpesa',
): Promise<Json> {
  const { id } = await market.hold(guest, place, market.inDays(inDays));
  const phone = provider === 'mpesa' ? { phone: '0712345678' } : {};
  const { payment } = await market.done(guest, 'POST', `/v1/bookings/${id}/payment`, { provider, ...phone });
  await market.play(payment.id, 'succeed');
  const seen = () => market.done(guest, 'GET', `/v1/bookings/${id}`);
  await market.until(seen, ({ payment: { status } }: Json) => status === 'captured');
  return payment;
}

test('a refund that nobody here has heard of is found, is open after an hour, and is closed once it is heard of', async () => {
  const [first = '', second = '', third = ''] = market.guests;
  const place = await market.plant('instant');
  const payment = await pay(first, place, 30, 'stripe');
  await pay(second, place, 40, 'mpesa');
  await pay(third, place, 50, 'stripe');
  const { data } = await stripe.paymentIntents.list({ limit: 100 });
  const intent = data.find(({ metadata }) => metadata.paymentId === payment.id);
  await lose('drop');
  const refund = await stripe.refunds.create({ payment_intent: intent?.id ?? '', amount: 1_200 });
  await lose('none');

  // With the clock the daily job comes.
  await market.advance('PT2H');
  await market.until(
    () => shown('suspected'),
    ({ length }) => length > 0,
  );
  expect(await shown('open')).toEqual([]);
  await market.advance('PT1H');
  const [open, ...others] = await market.until(
    () => shown('open'),
    ({ length }) => length > 0,
  );
  expect(others).toEqual([]);
  expect(open).toMatchObject({
    ...{ provider: 'stripe', kind: 'refund_missing_here', status: 'open', subject: refund.id },
    ...{ paymentId: payment.id, reference: intent?.id, ours: null },
    ...{ theirs: { amount: 1_200, currency: payment.amount.currency }, resolvedAt: null },
  });
  expect(open.ageSeconds).toBeGreaterThanOrEqual(3_600);
  expect(market.world.logs().filter((line) => line.includes('"payment.discrepancy"'))).toHaveLength(1);

  const deliveries = await sandbox('GET', '/deliveries');
  for (const { id, state } of deliveries.data)
    if (state === 'dropped') await sandbox('POST', `/deliveries/${id}`);
  const heard = () => market.done(first, 'GET', `/v1/bookings/${payment.bookingId}/payment`);
  await market.until(heard, ({ status }: Json) => status === 'partially_refunded');
  await market.done(market.staff, 'POST', PATH, { days: 2 });
  const [resolved] = await market.until(
    () => shown('resolved'),
    ({ length }) => length > 0,
  );
  expect(resolved).toMatchObject({ id: open.id, status: 'resolved' });
  expect([await shown('open'), await shown('suspected')]).toEqual([[], []]);
});
