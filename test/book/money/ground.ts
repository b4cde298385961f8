import type { Payment } from '../../../src/book/index.ts';
import { newIdWithin, propertyIdOf } from '../../../src/kernel/ids.ts';
import { callBy, NOW, type Stub, system } from '../ground.ts';
import { eventOf } from './events.ts';

type Paid = { readonly bookingId: string; readonly guest: string };

export async function startPaying(
  book: Stub,
  { bookingId, guest }: Paid,
  now = NOW,
  provider: Payment['provider'] = 'mpesa',
) {
  const paymentId = newIdWithin('pay', propertyIdOf(bookingId), now);
  const start = { bookingId, paymentId, provider, phone: null, tokenHash: null, takes: null };
  const started = await book.startPayment(callBy(guest, now), start);
  if (!started.ok) throw new Error(JSON.stringify(started));
  return started.value as Payment;
}

/** A wallet, so that nothing is left to be captured. */
export async function pay(book: Stub, paid: Paid, now = NOW) {
  const payment = await startPaying(book, paid, now);
  const told = await book.applyPaymentEvents(system(now), [eventOf(payment, 'captured')]);
  const seen = await book.readBooking(callBy(paid.guest, now), paid.bookingId);
  if (!told.ok || !seen.ok) throw new Error(JSON.stringify([told, seen]));
  return { result: told.value[0]?.result, booking: seen.value };
}
