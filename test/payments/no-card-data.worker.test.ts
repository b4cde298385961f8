import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { WEBHOOK_SECRET } from '../../sandbox/src/stripe/secret.ts';
import { SECOND } from '../../src/kernel/clock.ts';
import { consumeProviderEvents } from '../../src/payments/index.ts';
import { keepDeadLetter } from '../../src/platform/dead-letters.ts';
import { bookOf } from '../book/ground.ts';
import { ask, held, inDays, type Json, newGuest, newHost, place, refused, told } from '../bookings/ground.ts';
import { everythingAround, request, testContext } from '../worker/ground.ts';
import { eventOf, INTENT, sign } from './stripe/signed.ts';

/** The numbers that Stripe's own tests pay with, as people and programs write them, and what else a card says. */
const CARDS = [
  '4242424242424242',
  '4000056655665556',
  '5555555555554444',
  '378282246310005',
  '4000000000000002',
];
const OF_CARD = ['Xt5EWLLDS7FJjR1c', '"cvc"', '"exp_month"', '"last4"'];
const CARD = {
  ...{ number: CARDS[0], brand: 'visa', last4: '4242', cvc: '123', exp_month: 12, exp_year: 2031 },
  fingerprint: OF_CARD[0],
};

/** The same digits, whatever stands between them. */
function cardsIn(text: string): string[] {
  const digits = text.replace(/(?<=\d)[ -](?=\d)/g, '');
  return [...CARDS.filter((card) => digits.includes(card)), ...OF_CARD.filter((word) => text.includes(word))];
}

const logged: string[] = [];
const queued: unknown[] = [];
const queue = { send: async (message: unknown) => void queued.push(message) };
for (const level of ['log', 'info', 'warn', 'error'] as const)
  vi.spyOn(console, level).mockImplementation((...said) => void logged.push(said.map(String).join(' ')));
afterEach(() => {
  logged.length = queued.length = 0;
});

async function filesIn(bucket: R2Bucket): Promise<string[]> {
  const { objects } = await bucket.list({ include: ['customMetadata'] } as never);
  const texts = objects.map(async ({ key, customMetadata }) => {
    const file = await bucket.get(key);
    return `${key} ${JSON.stringify(customMetadata)} ${await file?.text()}`;
  });
  return Promise.all(texts);
}

/** Everything that is kept or was said, in one text. */
async function everythingSaid(propertyIds: readonly string[]): Promise<string> {
  const { keys } = await env.KV.list();
  const cached = await Promise.all(keys.map(async ({ name }) => `${name} ${await env.KV.get(name)}`));
  const kept = await everythingAround(propertyIds);
  const files = [...(await filesIn(env.PICTURES)), ...(await filesIn(env.ARCHIVE))];
  // Texts within texts are quoted again and again.
  return JSON.stringify([kept, cached, files, queued, logged]).replaceAll('\\', '');
}

async function tell(event: object, secret = WEBHOOK_SECRET): Promise<number> {
  const body = JSON.stringify(event);
  const headers = { 'stripe-signature': await sign(body, secret, Math.floor(Date.now() / SECOND)) };
  const bindings = { PROVIDER_EVENTS_QUEUE: queue };
  return (await request('/v1/webhooks/stripe', { method: 'POST', headers, body, bindings })).status;
}

test('of the card that pays nothing is kept or said anywhere, whatever the provider tells', async () => {
  const [host, guest] = [await newHost(), await newGuest()];
  const { id: propertyId, book } = await place(host);
  const { id, total } = await held(guest, propertyId, inDays(10));
  const pay = (json: object): Promise<Json> =>
    ask('POST', `/v1/bookings/${id}/payment`, { as: guest, key: crypto.randomUUID(), json });
  await refused(book, [400, 'request.invalid'], () => pay({ provider: 'stripe', card: CARD }));
  await refused(book, [400, 'request.invalid'], () =>
    pay({ provider: 'stripe', phone: '4242 4242 4242 4242' }),
  );
  const { payment } = (await pay({ provider: 'stripe' })).body;

  // Stripe never tells a whole number; here it does, wherever there is room for one.
  const charge = { id: 'ch_1', object: 'charge', payment_method_details: { type: 'card', card: CARD } };
  const intent = {
    ...{ ...INTENT, amount: total.amount, amount_capturable: total.amount, latest_charge: charge },
    ...{ metadata: { paymentId: payment.id, card: CARDS[1] }, description: `Paid by ${CARDS[2]}` },
    payment_method: { id: 'pm_1', object: 'payment_method', card: CARD },
  };
  const stranger = { ...intent, id: 'pi_2', metadata: { paymentId: 'pay_nobodys', card: CARDS[3] } };
  const error = { code: 'card_declined', message: CARDS[4], payment_method: { card: CARD } };
  const events = [
    eventOf('payment_intent.amount_capturable_updated', intent),
    { ...eventOf('payment_intent.payment_failed', { ...stranger, last_payment_error: error }), id: 'evt_2' },
    { ...eventOf('customer.created', { card: CARD }), id: 'evt_3' },
  ];
  for (const event of events) expect(await tell(event)).toBe(204);
  expect(await tell(events[0] as object, 'whsec_of_somebody_else')).toBe(400);
  expect(queued).toHaveLength(2);
  const ctx = testContext({
    actor: { kind: 'system', job: 'queue:provider-events' },
    clock: { now: Date.now },
  });
  expect(await consumeProviderEvents(ctx, queued)).toEqual([null, null]);
  await keepDeadLetter('provider-events')(ctx, queued[0], 'dead');
  await told(book);

  const said = await everythingSaid([propertyId]);
  for (const known of [payment.id, 'unmatched_event', '"dead_letter"', '"event":"request"', 'pi_2'])
    expect(said.includes(known), known).toBe(true);
  expect(cardsIn(said)).toEqual([]);
});

const KEPT: readonly (readonly [where: string, keep: (card: string, propertyId: string) => unknown])[] = [
  [
    'D1',
    (card) =>
      env.DB.prepare("INSERT INTO dead_letter VALUES (?, 'mail', ?, '{}', 0)")
        .bind(crypto.randomUUID(), card)
        .run(),
  ],
  ['the cache', (card) => env.KV.put('page', card)],
  ['a picture', (card) => env.PICTURES.put('card', card)],
  ['the archive', (card) => env.ARCHIVE.put(card, '')],
  [
    'a book',
    (card, id) =>
      runInDurableObject(bookOf(id), (_, { storage }) =>
        storage.sql.exec("INSERT INTO inbox VALUES ('stripe', ?, 0)", card).toArray(),
      ),
  ],
  ['a queue', (card) => queue.send({ card })],
  ['the log', (card) => console.log(`paid by ${card}`)],
];

test.each(KEPT)('a card that was kept in %s would be found', async (_, keep) => {
  const { id } = await place(await newHost());
  const before = cardsIn(await everythingSaid([id]));
  const card = '3782-822463-10005';
  expect(before).toEqual([]);
  await keep(card, id);
  expect(cardsIn(await everythingSaid([id]))).toEqual(['378282246310005']);
  await env.DB.prepare('DELETE FROM dead_letter').run();
  await Promise.all([env.KV.delete('page'), env.PICTURES.delete('card'), env.ARCHIVE.delete(card)]);
});
