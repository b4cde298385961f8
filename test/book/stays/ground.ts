import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import { newIdWithin } from '../../../src/kernel/ids.ts';
import type { Night } from '../../../src/kernel/stay.ts';
import type { Quote } from '../../../src/pricing/index.ts';
import { callBy, HOST, NOW, publishedBook, type Stub } from '../ground.ts';
import { pay } from '../money/ground.ts';
import { quoteFor } from './quote.ts';

export { quoteFor } from './quote.ts';

/** Bookings made straight at a book, for tests that are about what it decides. */
export const GUEST = 'usr_guest';
export const OTHER = 'usr_other';
export const FIRST = '2027-03-01' as Night;
export const FEES = { guestPercent: 14, hostPercent: 3 };

let counter = 0;
export const replay = () => ({ scope: `scope-${counter++}`, fingerprint: 'same' });

export async function place(mode: 'instant' | 'request' = 'instant') {
  const { id, book } = await publishedBook();
  const rules = { ...DEFAULT_RULES, bookingMode: mode };
  await book.putRules(callBy(HOST), rules, '*');
  const create = (guest: string, checkIn: Night, count: number, now = NOW, more: Partial<Quote> = {}) =>
    book.createBooking(
      callBy(guest, now),
      { id: newIdWithin('bkg', id, now), quote: quoteFor(id, checkIn, count, more), message: null },
      replay(),
    );
  return { id, book, create };
}

export async function booked(
  book: Stub,
  create: Awaited<ReturnType<typeof place>>['create'],
  checkIn: Night,
  count: number,
  guest = GUEST,
) {
  const made = await create(guest, checkIn, count);
  if (!made.ok) throw new Error(JSON.stringify(made));
  await pay(book, { bookingId: made.value.id, guest });
  return made.value.id;
}

type Told = {
  seq: number;
  type: string;
  actorId: string | null;
  data: Record<string, never>;
  previous: unknown;
};

/** Everything that happened, as the host is told. */
export async function eventsOf(book: Stub): Promise<Told[]> {
  const page = { after: 0, limit: 1_000 };
  const events = (await book.listEvents(callBy(HOST), page)) as unknown as { ok: boolean; value: Told[] };
  if (!events.ok) throw new Error(JSON.stringify(events));
  return events.value;
}
