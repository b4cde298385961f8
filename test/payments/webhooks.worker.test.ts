import { expect, test } from 'vitest';
import { WEBHOOK_SECRET } from '../../sandbox/src/stripe/secret.ts';
import { SECOND } from '../../src/kernel/clock.ts';
import { everything, request } from '../worker/ground.ts';
import { eventOf, INTENT, OTHER_SECRET, sign } from './stripe/signed.ts';

const QUEUE_TAKES_BYTES = 128_000;

/** One request to where providers tell, and what it put into the queue. */
async function tell(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const sent: unknown[] = [];
  const queue = { send: async (message: unknown) => void sent.push(message) };
  const answer = await request(path, {
    ...{ method: 'POST', headers, body, bindings: { PROVIDER_EVENTS_QUEUE: queue } },
  });
  const text = await answer.text();
  return { status: answer.status, code: text === '' ? undefined : JSON.parse(text).code, sent };
}

const now = () => Math.floor(Date.now() / SECOND);
const PAID = JSON.stringify(eventOf('payment_intent.succeeded', { ...INTENT, amount_received: 9_000 }));
const toStripe = async (secret: string, body = PAID, at = now()) =>
  tell('/v1/webhooks/stripe', body, { 'stripe-signature': await sign(PAID, secret, at) });

test('what Stripe signed is kept before it is answered', async () => {
  const { status, sent } = await toStripe(WEBHOOK_SECRET);
  expect(status).toBe(204);
  expect(sent).toMatchObject([
    { kind: 'event', event: { source: 'stripe', kind: 'captured', amount: 9_000 } },
  ]);
});

test('what Stripe did not sign, or not lately, is refused and kept nowhere', async () => {
  const before = await everything();
  const forged = [
    await tell('/v1/webhooks/stripe', PAID),
    await toStripe(OTHER_SECRET),
    await toStripe(WEBHOOK_SECRET, PAID.replace('9000', '9001')),
    await toStripe(WEBHOOK_SECRET, PAID, now() - 301),
  ];
  for (const { status, code, sent } of forged) {
    expect([status, code]).toEqual([400, 'payments.signature_invalid']);
    expect(sent).toEqual([]);
  }
  expect(await everything()).toEqual(before);
});

test('at an address that cannot be one of ours nothing is heard', async () => {
  for (const token of ['nobodys', '.', '%2e', 'a.', '.b', 'a.b.c', 'a%20.b', `${'a'.repeat(300)}.b`]) {
    const { status, sent } = await tell(`/v1/webhooks/mpesa/${token}`, '{}');
    expect(status, token).toBeGreaterThanOrEqual(400);
    expect(status, token).toBeLessThan(500);
    expect(sent).toEqual([]);
  }
});

test('whatever comes as from M-Pesa is thanked for, and what no queue takes is not kept', async () => {
  const before = await everything();
  const odd = ['', 'null', '{"Body":{}}', 'x'.repeat(16 * 1024), new Uint8Array(16 * 1024).fill(0xff)];
  for (const body of odd) {
    const { status, sent } = await tell('/v1/webhooks/mpesa/pay_nobodys.x', body);
    expect([status, sent.length]).toEqual([200, 1]);
    expect(new TextEncoder().encode(JSON.stringify(sent)).length).toBeLessThan(QUEUE_TAKES_BYTES);
  }
  const large = await tell('/v1/webhooks/mpesa/pay_nobodys.x', 'x'.repeat(16 * 1024 + 1));
  expect([large.status, large.sent]).toEqual([200, []]);
  expect(await everything()).toEqual(before);
});
