import type { Sink } from '../book/index.ts';

/** Whatever a book tells D1 of itself, search hears of too; the message names the place and no more. */
export function tellSearch(sink: Sink, queue: Pick<Queue, 'sendBatch'>): Sink {
  return {
    async send(rows) {
      const ids = new Set(rows.flatMap(({ kind, subject }) => (kind === 'projection' ? [subject] : [])));
      const outcome = await sink.send(rows);
      if (outcome !== 'done' || ids.size === 0) return outcome;
      try {
        await queue.sendBatch([...ids].map((propertyId) => ({ body: { kind: 'book', propertyId } })));
        return outcome;
      } catch {
        return 'later';
      }
    },
  };
}
