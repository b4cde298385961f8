import { type Call, isRefused, type Outcome, openFor } from '../command.ts';
import { unchanged } from '../commit.ts';
import type { BookEvent, Reader } from '../store/reader.ts';

/** What happened in this book, in its order, after a number that the host's side has seen. */
export function listEvents(
  reader: Reader,
  call: Call,
  { after, limit }: { after: number; limit: number },
): Outcome<BookEvent[]> {
  const facts = openFor(reader, call, 'calendar');
  return isRefused(facts) ? facts : unchanged(reader, reader.events(after, limit));
}
