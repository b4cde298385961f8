import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { DAY, MINUTE } from '../../../src/kernel/clock.ts';
import type { Mail } from '../../../src/platform/mail.ts';
import { indexProperties } from '../../../src/search/index-properties.ts';
import { lookForNew } from '../../../src/search/saved/look-for-new.ts';
import { composeNewPlaces } from '../../../src/search/saved/mail.ts';
import { startLooks } from '../../../src/search/saved/start-looks.ts';
import { advance, ask, type Json, now, type Person } from '../../bookings/ground.ts';
import { callBy, published } from '../../properties/places.ts';
import { everything, testContext } from '../../worker/ground.ts';
import { person } from '../../worker/people.ts';

/** Days that go by for people who have saved what they look for. */
export const jobs: Json[] = [];
export const mails: Json[] = [];
const keep = (list: Json[]) =>
  ({ send: async (message: unknown) => void list.push(message) }) as unknown as Queue;
const bindings = { JOBS_QUEUE: keep(jobs), MAIL_QUEUE: keep(mails) };

export const contextOf = () =>
  testContext({ actor: { kind: 'system', job: 'test' }, clock: { now }, bindings });

export const newReader = () => person(`reader-${crypto.randomUUID()}`, { now: now() });
export const town = () => `Town ${crypto.randomUUID().slice(0, 8)}`;

/** On the market and in the index, in a town of its own unless it says otherwise. */
export async function placeIn(city: string, title = 'A cottage') {
  const host = await person(`host-${crypto.randomUUID()}`, { isHost: true, now: now() });
  const address = { line1: 'A road 1', city, country: 'KE' };
  const { id } = await published(host, { title, address });
  const { body: rules } = await ask('GET', `/v1/properties/${id}/rules`);
  await env.BOOKS.getByName(id).putRules(callBy(host), { ...rules, bookingMode: 'instant' }, '*');
  await index(id);
  return { host, id };
}

export async function index(...ids: string[]): Promise<void> {
  const done = await indexProperties(
    contextOf(),
    ids.map((propertyId) => ({ kind: 'content', propertyId })),
  );
  expect(done.filter((error) => error !== null)).toEqual([]);
}

export async function saved(as: Person, query: object, name = 'By the lake'): Promise<Json> {
  const { status, body } = await ask('POST', '/v1/saved-searches', { as, json: { name, query } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

export const listOf = async (as: Person): Promise<Json[]> =>
  (await ask('GET', '/v1/saved-searches', { as })).body.data;

export const rowOf = (id: string) =>
  env.DB.prepare('SELECT * FROM saved_search WHERE id = ?').bind(id).first<Json>();

/** What is due is sent; the messages. */
export async function start(): Promise<Json[]> {
  const ctx = contextOf();
  await startLooks(ctx);
  await ctx.settle();
  return jobs.splice(0);
}

export async function run(message: Json): Promise<void> {
  const ctx = contextOf();
  await lookForNew(ctx, message);
  await ctx.settle();
}

/** The mails that this minute makes. */
export async function minute(): Promise<Mail[]> {
  for (const message of await start()) await run(message);
  return compose();
}

export async function compose(): Promise<Mail[]> {
  const composed = await Promise.all(
    mails.splice(0).map((message) => composeNewPlaces(contextOf(), message)),
  );
  return composed.filter((mail) => mail !== null);
}

export function tomorrow(): Promise<Mail[]> {
  advance(DAY + MINUTE);
  return minute();
}

export const to = ({ email }: Person, all: readonly Mail[]): Mail[] =>
  all.filter((mail) => mail.to === email);

/** The addresses that stop something, in the order of the mail: one for each search, and one for all. */
export const stopsIn = ({ text }: Mail): string[] =>
  text.split('\n').flatMap((line) => {
    const [, path] = /^http:\/\/[^/]+(\/v1\/saved-searches\/stop\?.*)$/.exec(line) ?? [];
    return path === undefined ? [] : [path];
  });

/** Refused as this, and every table is as it was. */
export async function refusedAs(
  expected: readonly [number, string],
  work: () => Promise<Json>,
): Promise<Json> {
  const before = await everything();
  const { status, body } = await work();
  expect([status, body.code], JSON.stringify(body)).toEqual(expected);
  expect(await everything(), 'nothing happened').toEqual(before);
  return body;
}
