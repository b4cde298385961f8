import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWorld, type World } from '../world.ts';
import { SECRET_KEY } from './stripe-ground.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

it('what a provider has to tell reaches Roost, and what Roost answers is known', async () => {
  const call = async (path: string, type: string, body: string) => {
    const headers = { authorization: `Bearer ${SECRET_KEY}`, 'content-type': type };
    return (await fetch(`${world.url}/sandbox${path}`, { method: 'POST', headers, body })).status;
  };
  const form = 'application/x-www-form-urlencoded';
  const intent = 'amount=500&currency=usd&capture_method=manual&metadata[paymentId]=pay_1';
  expect(await call('/stripe/v1/payment_intents', form, intent)).toBe(200);
  expect(await call('/payments/pay_1', 'application/json', '{"outcome":"succeed"}')).toBe(200);

  const response = await fetch(`${world.url}/sandbox/deliveries`);
  const { data } = (await response.json()) as { data: { lastStatus: number | null; attempts: number }[] };
  expect(data).toEqual([expect.objectContaining({ attempts: 1, lastStatus: expect.any(Number) })]);
  expect(world.logs().join()).toContain('receiveStripeEvent');
});
