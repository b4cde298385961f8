import type { Effect } from '../money/effect.ts';
import type { Entry } from '../money/ledger.ts';
import type { Payment } from '../money/payment.ts';
import type { Payout } from '../money/payout.ts';
import { Shelf } from './shelf.ts';

/** What a book knows of money. */
export abstract class MoneyReader extends Shelf {
  payment(id: string): Payment | null {
    return this.values<Payment>('payment WHERE id = ?', id)[0] ?? null;
  }

  /** Ids sort by time: the first comes first. */
  paymentsOf(bookingId: string): Payment[] {
    return this.values<Payment>('payment WHERE booking_id = ? ORDER BY id', bookingId);
  }

  effectsOf(paymentId: string): Effect[] {
    return this.values<Effect>('effect WHERE payment_id = ?', paymentId).sort((a, b) => a.number - b.number);
  }

  payout(id: string): Payout | null {
    return this.values<Payout>('payout WHERE id = ?', id)[0] ?? null;
  }

  payoutsOf(bookingId: string): Payout[] {
    return this.values<Payout>('payout WHERE booking_id = ?', bookingId).sort((a, b) => a.number - b.number);
  }

  effect(id: string): Effect | null {
    return this.values<Effect>('effect WHERE id = ?', id)[0] ?? null;
  }

  entriesOf(bookingId: string): Entry[] {
    return this.values<Entry>('ledger WHERE booking_id = ? ORDER BY id', bookingId);
  }

  knowsEvent(source: string, eventId: string): boolean {
    return (
      this.one('SELECT 1 AS found FROM inbox WHERE source = ? AND event_id = ?', source, eventId) !== null
    );
  }
}
