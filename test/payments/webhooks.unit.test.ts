import { expect, test, vi } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { WEBHOOK_SECRET } from '../../sandbox/src/stripe/secret.ts';
import { API_CONFIG } from '../../scripts/places.ts';
import { generateSecrets } from '../../scripts/secrets.ts';
import { createApp } from '../../src/app.ts';
import { settingsOf } from '../../src/env.ts';
import { SECOND } from '../../src/kernel/clock.ts';
import { createKeyring } from '../../src/kernel/crypto.ts';
import { callbackTokenOf } from '../../src/payments/callback-token.ts';
import { eventOf, INTENT, sign } from './stripe/signed.ts';

/** What it costs to be told something: the front door counts here what it does, and how long it thinks. */
const TIMES = 15;
const TOGETHER = 40;
const MOST_CPU_MS = 50;

const { vars } = unstable_readConfig({ config: API_CONFIG }, { hideWarnings: true });
const asked: string[] = [];
const sent: unknown[] = [];
const bindings = {
  ...(vars as object),
  ...(await generateSecrets()),
  RATE_LIMITER: { limit: async () => ({ success: true }) },
  AUTH_RATE_LIMITER: { limit: async () => ({ success: true }) },
  PROVIDER_EVENTS_QUEUE: { send: async (message: unknown) => void sent.push(message) },
  SANDBOX: {
    fetch: async (input: RequestInfo) => {
      const { pathname } = new URL(typeof input === 'string' ? input : input.url);
      if (pathname !== '/sandbox/clock') asked.push(pathname);
      return Response.json({ offsetMs: 0 });
    },
  },
} as object;
/** Whatever else is reached for, is noticed. */
const env = new Proxy(bindings, {
  get: (target, name) => Reflect.get(target, name) ?? watched(String(name)),
}) as Cloudflare.Env;
const watched = (name: string) =>
  new Proxy(() => {}, {
    get: (_, method) => () => {
      asked.push(`${name}.${String(method)}`);
      throw new Error(`${name} is not asked here`);
    },
  });
const keyring = createKeyring(settingsOf(env).masterSecret);
const app = createApp();
const execution = { waitUntil: () => {}, passThroughOnException: () => {} } as unknown as ExecutionContext;

const EVENT = JSON.stringify(eventOf('payment_intent.succeeded', { ...INTENT, amount_received: 9_000 }));
const fromStripe = async (body = EVENT) =>
  new Request('http://roost/v1/webhooks/stripe', {
    ...{ method: 'POST', body },
    headers: { 'stripe-signature': await sign(EVENT, WEBHOOK_SECRET, Math.floor(Date.now() / SECOND)) },
  });
const fromMpesa = async () =>
  new Request(`http://roost/v1/webhooks/mpesa/${callbackTokenOf(keyring, `pay_${'p'.repeat(52)}`)}`, {
    ...{ method: 'POST', body: JSON.stringify({ Body: { stkCallback: { ResultCode: 0 } } }) },
  });

/** The work of each of so many, by this thread alone, whatever else the machine does; its clock ticks coarsely. */
async function cpuOf(tell: () => Promise<Request>, expected: number): Promise<number> {
  const requests = await Promise.all(Array.from({ length: TOGETHER }, tell));
  const before = process.threadCpuUsage();
  for (const request of requests) expect((await app.fetch(request, env, execution)).status).toBe(expected);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000 / TOGETHER;
}

test.each([
  ['Stripe', fromStripe, 204],
  ['M-Pesa', fromMpesa, 200],
] as const)(
  'what %s tells is kept and answered with one message to a queue, no question to anybody, and in 50 ms of work',
  async (who, tell, expected) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const works: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      sent.length = 0;
      works.push(await cpuOf(tell, expected));
      expect(sent).toHaveLength(TOGETHER);
    }
    log.mockRestore();
    expect(asked).toEqual([]);
    const median = works.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? Number.NaN;
    console.log(`${who}: ${median.toFixed(2)} ms of work for each`);
    expect(works.at(-1), 'work can be measured').toBeGreaterThan(0);
    expect(median).toBeLessThanOrEqual(MOST_CPU_MS);
  },
);

test('what nobody signed puts nothing into a queue, and asks nobody either', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  sent.length = 0;
  await cpuOf(() => fromStripe(EVENT.replace('9000', '9001')), 400);
  log.mockRestore();
  expect([sent, asked]).toEqual([[], []]);
});
