import type { Booking } from '../stays/booking.ts';
import type { Payment, ReturnReason } from './payment.ts';

/** How the nights of a booking stand whose hold has run out. */
export type Nights = 'own' | 'free' | 'taken';
export type Verdict =
  | { readonly do: 'confirm' | 'confirm_again' | 'settle_difference' | 'nothing' }
  | { readonly do: 'return'; readonly why: ReturnReason };

type Facing = {
  readonly booking: Booking;
  readonly payment: Payment;
  readonly paid: { readonly amount: number; readonly currency: string };
  readonly nights: Nights;
  /** Whether the same stay would still be offered at the same price. */
  readonly isOffered: boolean;
};

const giveBack = (why: ReturnReason): Verdict => ({ do: 'return', why });

/** What becomes of money that has arrived, whenever it does. Total: every case there is has its line. */
export function decidePayment({ booking, payment, paid, nights, isOffered }: Facing): Verdict {
  if (payment.fate.kind !== 'waiting') return { do: 'nothing' };
  if (paid.amount !== payment.amount || paid.currency !== payment.currency) return giveBack('amount_differs');
  if (payment.purpose === 'difference') {
    const isOwed = booking.status !== 'cancelled' && booking.payment.owed === payment.amount;
    return isOwed ? { do: 'settle_difference' } : giveBack('paid_already');
  }
  if (booking.price.total !== payment.amount) return giveBack('amount_differs');
  if (booking.status === 'pending' && booking.awaiting === 'payment') return { do: 'confirm' };
  if (booking.status !== 'cancelled') return giveBack('paid_already');
  if (booking.cause !== 'payment_expired') return giveBack('booking_cancelled');
  if (nights === 'taken') return giveBack('nights_taken');
  return isOffered ? { do: 'confirm_again' } : giveBack('offer_ended');
}
