import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { SessionActor } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import { everything, request, testContext } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

/** Hosts and their places, made through the front door, for the tests of this room. */
export type Person = Awaited<ReturnType<typeof person>>;
type Init = Parameters<typeof request>[1] & { as?: Person | undefined };
// biome-ignore lint/suspicious/noExplicitAny: what came over the wire
export type Json = any;

/** Messages stay here, so that no job runs beside a test. */
export const jobs: Json[] = [];
const JOBS_QUEUE = { send: async (message: unknown) => void jobs.push(message) };

export const newHost = (name = 'host') => person(`${name}-${crypto.randomUUID()}`, { isHost: true });
export const newGuest = (name = 'guest') => person(`${name}-${crypto.randomUUID()}`);

export function ask(method: string, path: string, { as, bindings, headers, ...init }: Init = {}) {
  return request(path, {
    method,
    ...init,
    headers: { ...(as ? { authorization: `Bearer ${as.token}` } : {}), ...(headers as object) },
    bindings: { JOBS_QUEUE, ...bindings },
  });
}

export async function answer(method: string, path: string, init: Init = {}): Promise<Json> {
  const response = await ask(method, path, init);
  const text = await response.text();
  if (response.status >= 400) throw new Error(`${method} ${path} answered ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** The refusal of a request that leaves every table as it was. */
export async function refusal(method: string, path: string, init: Init = {}): Promise<Json> {
  const before = await everything();
  const response = await ask(method, path, init);
  expect(response.status, await response.clone().text()).toBeGreaterThanOrEqual(400);
  expect(await everything(), 'nothing happened').toEqual(before);
  return response.json();
}

export const COTTAGE = {
  title: 'A cottage by the lake',
  description: 'Two rooms under old trees, with a jetty of its own and a boat for those who row.',
  type: 'house',
  address: {
    line1: 'Moi South Lake Road 7',
    line2: 'Gate B',
    city: 'Naivasha',
    region: 'Nakuru',
    postalCode: '20117',
    country: 'KE',
  },
  location: { lat: -0.7667, lng: 36.4333 },
  guests: 4,
  bedrooms: 2,
  beds: 3,
  bathrooms: 1.5,
  amenities: ['wifi', 'lake_view'],
  houseRules: 'No music after ten.',
  accessInstructions: 'The key is under the third stone.',
  registrationNumber: 'KE-4711',
};
/** What nobody but the host's side may read. */
export const PRIVATE = ['Moi South', 'Gate B', '20117', '-0.7667', '36.4333', 'third stone', 'calendar.ics'];

export const draft = (host: Person, changes: object = {}): Promise<Json> =>
  answer('POST', '/v1/properties', { as: host, json: { ...COTTAGE, ...changes } });

export async function addImage(
  propertyId: string,
  position = 0,
  id = newId('img', Date.now()),
): Promise<string> {
  await env.DB.prepare(
    `INSERT INTO property_image (id, property_id, hash, content_type, width, height, caption, alt, position, created_at)
     VALUES (?, ?, ?, 'image/jpeg', 800, 600, 'The jetty', 'A jetty', ?, 0)`,
  )
    .bind(id, propertyId, `hash-${id}`, position)
    .run();
  return id;
}

export const callBy = ({ actor }: { actor: SessionActor }) =>
  ({ now: Date.now(), requestId: 'test', actorKind: 'session', accountId: actor.accountId }) as const;

export const setRates = (host: Person, propertyId: string) =>
  env.BOOKS.getByName(propertyId).putRates(callBy(host), { currency: 'KES', nightly: 850_000 } as never, '*');

/** Complete, and on the market. */
export async function published(host: Person, changes: object = {}): Promise<Json> {
  const { id } = await draft(host, changes);
  await addImage(id);
  await setRates(host, id);
  return answer('POST', `/v1/properties/${id}/publish`, { as: host });
}

export const help = (host: Person, propertyId: string, helper: Person, access: string) =>
  answer('PUT', `/v1/properties/${propertyId}/co-hosts/${helper.actor.accountId}`, {
    as: host,
    json: { access },
  });

/** A verb's context at the real time, with its costs. */
export const contextOf = (somebody?: Person) =>
  testContext({
    ...(somebody ? { actor: somebody.actor } : {}),
    clock: { now: () => Date.now() },
    bindings: { JOBS_QUEUE: JOBS_QUEUE as unknown as Queue },
  });
