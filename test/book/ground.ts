import { runInDurableObject } from 'cloudflare:test';
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

type Deaf = Queue & { silenced?: Set<string> };

/** What this book wants of providers and banks goes nowhere, so that nothing changes while a test looks on. */
export const withoutProviders = (propertyId: string): Promise<void> =>
  runInDurableObject(bookOf(propertyId), (book) => {
    const queue = (book as unknown as { env: Cloudflare.Env }).env.EFFECTS_QUEUE as Deaf;
    const own = propertyId.slice('prp_'.length);
    if (queue.silenced) return void queue.silenced.add(own);
    const silenced = (queue.silenced = new Set([own]));
    const send = queue.sendBatch.bind(queue);
    queue.sendBatch = async (messages) => {
      const heard = [...messages].filter(({ body }) => {
        const text = JSON.stringify(body);
        return ![...silenced].some((id) => text.includes(id));
      });
      return heard.length > 0 ? send(heard) : (undefined as never);
    };
  });

export const night = (text: string) => text as Night;
