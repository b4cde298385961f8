import { env } from 'cloudflare:workers';
import type { Call, ToldFacts } from '../../src/book/index.ts';
import type { PropertyBook } from '../../src/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { Night } from '../../src/kernel/stay.ts';
import type { Rates } from '../../src/pricing/index.ts';

/** A property's book for tests that speak to it without the front door. */
export const NOW = Date.UTC(2027, 0, 15, 12);
export const HOST = 'usr_host';
export const RATES: Rates = { currency: 'KES', nightly: 10_000 };

export const factsOf = (propertyId: string, more: Partial<ToldFacts> = {}): ToldFacts => ({
  propertyId,
  hostId: HOST,
  timeZone: 'Africa/Nairobi',
  capacity: 4,
  petsAllowed: false,
  contentVersion: 1,
  ...more,
});

export const callBy = (accountId: string | null, now = NOW): Call => ({
  now,
  requestId: 'test-request',
  actorKind: accountId === null ? 'anonymous' : 'session',
  accountId,
});
export const system = (now = NOW): Call => ({ ...callBy('test', now), actorKind: 'system' });

export type Stub = DurableObjectStub<PropertyBook>;
export const bookOf = (propertyId: string): Stub => env.BOOKS.getByName(propertyId);

export async function openBook(more: Partial<ToldFacts> = {}): Promise<{ id: string; book: Stub }> {
  const id = newId('prp', NOW);
  const book = bookOf(id);
  await book.tellFacts(system(), factsOf(id, more));
  return { id, book };
}

export async function publishedBook(more: Partial<ToldFacts> = {}): Promise<{ id: string; book: Stub }> {
  const opened = await openBook(more);
  await opened.book.putRates(callBy(HOST), RATES, '*');
  await opened.book.changeStatus(callBy(HOST), { to: 'published', missing: [] });
  return opened;
}

export const night = (text: string) => text as Night;
