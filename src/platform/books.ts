import type { Book } from '../book/book-object.ts';
import { Fault } from '../kernel/errors.ts';
import type { Tally } from './meter.ts';

type Name = Exclude<keyof Book, 'alarm' | 'fetch' | `webSocket${string}`>;
/** The commands of a book, as the other end of a call. */
export type BookCommands = {
  readonly [N in Name]: Book[N] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};
export type Books = {
  of(propertyId: string): BookCommands;
  /** Hands a WebSocket over to the book: it answers 101, or a status that says why not. */
  watch(propertyId: string, query: Readonly<Record<string, string>>): Promise<Response>;
};

/** Every call is one hop, and counted. */
export function createBooks(namespace: { getByName(name: string): unknown }, tally: Tally): Books {
  return {
    async watch(propertyId, query) {
      tally.bookHops += 1;
      const stub = namespace.getByName(propertyId) as Pick<Fetcher, 'fetch'>;
      const url = `http://book/live?${new URLSearchParams(query)}`;
      try {
        return await stub.fetch(url, { headers: { upgrade: 'websocket' } });
      } catch (error) {
        throw new Fault('book', error);
      }
    },
    of: (propertyId) =>
      new Proxy({} as BookCommands, {
        get:
          (_, name) =>
          async (...args: unknown[]) => {
            tally.bookHops += 1;
            // A stub that failed once stays broken, so each call has one of its own.
            const stub = namespace.getByName(propertyId) as Record<
              string | symbol,
              (...args: unknown[]) => unknown
            >;
            try {
              return await stub[name]?.(...args);
            } catch (error) {
              throw isBug(error) ? error : new Fault('book', error);
            }
          },
      }),
  };
}

/** Thrown by the book's own code, rather than by what carries the call. */
const isBug = (error: unknown): boolean => {
  const { remote, retryable, overloaded, durableObjectReset } = error as Record<string, unknown>;
  return remote === true && retryable !== true && overloaded !== true && durableObjectReset !== true;
};
