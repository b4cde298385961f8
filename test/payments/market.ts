import { unstable_readConfig } from 'wrangler';
import { type Answer, connect, expectStatus } from '../../scripts/api.ts';
import { API_CONFIG } from '../../scripts/places.ts';
import { generateSecrets } from '../../scripts/secrets.ts';
import { makePlace } from '../../scripts/seed/make-places.ts';
import { plantPlace } from '../../scripts/seed/plant-place.ts';
import { parseSettings } from '../../src/env.ts';
import { newId } from '../../src/kernel/ids.ts';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { signAccessToken } from '../../src/platform/access-token.ts';
import { plantPeople } from '../book/kill/people.ts';
import { startWorld } from '../world.ts';

/** Roost and its outside world, with a host's place and guests who pay for it by what they have. */
// biome-ignore lint/suspicious/noExplicitAny: what came over the wire
export type Json = any;

// A machine that does many things at once is slow, which is no fault of what is tested.
const PATIENCE_MS = 40_000;

export async function openMarket(more: { guests?: number; storage?: string } = {}) {
  const vars = { ...(await generateSecrets()), PASSWORD_COST: '8' };
  const config = unstable_readConfig({ config: API_CONFIG }, { hideWarnings: true });
  const settings = { ...(config.vars as object), ...vars };
  const world = await startWorld({ vars, ...(more.storage === undefined ? {} : { storage: more.storage }) });
  const api = connect(world.url);
  const host = newId('usr', Date.now());
  const staff = newId('usr', Date.now());
  const guests = Array.from({ length: more.guests ?? 6 }, () => newId('usr', Date.now()));
  await plantPeople(await world.database(), [host, staff, ...guests]);
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const tokenOf = (accountId: string) =>
    signAccessToken(
      parseSettings({ ...settings, ORIGIN: world.url }),
      {
        ...{ kind: 'session', accountId, sessionId: accountId.replace('usr', 'ses') },
        ...{ roles: accountId === staff ? ['staff'] : [], mfa: accountId === staff },
        ...{ isHost: accountId === host, authenticatedAt: now() },
      },
      { now },
    );
  const ask = async (
    as: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Omit<Answer, 'body'> & { body: Json }> => {
    const headers = method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {};
    return api(method, path, { token: await tokenOf(as), body, headers });
  };
  const done = async (as: string, method: string, path: string, body?: unknown): Promise<Json> =>
    expectStatus(await ask(as, method, path, body), 200, 201, 202);

  const today = new Date().toISOString().slice(0, 10) as Night;
  const { content, pictures, rates, rules } = makePlace({ seed: 1, today }, 0);
  const plant = async (mode: 'instant' | 'request') =>
    plantPlace(
      api,
      await tokenOf(host),
      {
        ...{ content, pictures, changes: [] },
        rates: { currency: rates.currency, nightly: 10_000 },
        rules: { ...rules, bookingMode: mode, minNights: 1, noticeDays: 0, cancellationPolicy: 'flexible' },
      } as never,
      5,
    );

  return {
    ...{ world, host, staff, guests, ask, done, plant, now },
    inDays: (days: number) => addNights(new Date(now()).toISOString().slice(0, 10) as Night, days),

    async file(as: string, path: string): Promise<string> {
      const headers = { authorization: `Bearer ${await tokenOf(as)}` };
      return (await fetch(`${world.url}${path}`, { headers })).text();
    },

    async hold(guest: string, propertyId: string, checkIn: Night, nights = 2): Promise<Json> {
      const stay = { checkIn, checkOut: addNights(checkIn, nights), guests: { adults: 2 } };
      const { quote } = await done(guest, 'POST', `/v1/properties/${propertyId}/quotes`, stay);
      return done(guest, 'POST', '/v1/bookings', { quote });
    },

    /** What a guest does on their own device, or what goes wrong on the way. */
    async play(paymentId: string, outcome: string, faults?: unknown): Promise<void> {
      const path = `/sandbox/payments/${paymentId}`;
      expectStatus(await api('POST', path, { body: faults ? { outcome, faults } : { outcome } }), 200);
    },

    async advance(duration: string): Promise<void> {
      offsetMs = (await world.clock(duration)).getTime() - Date.now();
    },

    /** Waits for what comes by the queues. */
    async until<T>(read: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const value = await read();
        if (isSo(value)) return value;
        if (performance.now() > deadline) throw new Error(`It stayed ${JSON.stringify(value)}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
  };
}
