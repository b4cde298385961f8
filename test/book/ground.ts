import { env } from 'cloudflare:workers';
import type { ToldFacts } from '../../src/book/index.ts';
import type { PropertyBook } from '../../src/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { Night } from '../../src/kernel/stay.ts';
import { callBy, factsOf, HOST, NOW, RATES, system } from './plain.ts';

/** A property's book for tests that speak to it without the front door. */
export * from './plain.ts';

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
