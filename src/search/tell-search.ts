import type { Sink } from '../book/index.ts';

/**
 * Whatever a book tells D1 of itself, search hears of at the same time: the message names the place and no more, and
 * who reads it asks the book.
 */
export function tellSearch(sink: Sink, queue: Pick<Queue, 'sendBatch'>): Sink {
  return {
    async send(rows) {
      const ids = new Set(rows.flatMap(({ kind, subject }) => (kind === 'projection' ? [subject] : [])));
      const messages = [...ids].map((propertyId) => ({ body: { kind: 'book', propertyId } }));
      const tell = async () => {
        if (messages.length > 0) await queue.sendBatch(messages);
        return true;
      };
      const [outcome, isTold] = await Promise.all([sink.send(rows), tell().catch(() => false)]);
      return outcome === 'done' && !isTold ? 'later' : outcome;
    },
  };
}
