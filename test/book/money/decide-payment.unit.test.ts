import { describe, expect, test } from 'vitest';
import { decidePayment } from '../../../src/book/money/decide-payment.ts';
import { NOTHING_TOLD, type Payment } from '../../../src/book/money/payment.ts';
import { type Booking, UNPAID } from '../../../src/book/stays/booking.ts';
import type { Night } from '../../../src/kernel/stay.ts';

/** The table of what becomes of money that arrives: every cell by its name. */
const TOTAL = 30_000;
const BOOKING: Booking = {
  ...{ id: 'bkg_1', guestId: 'usr_1', hostId: 'usr_2', status: 'pending', awaiting: 'payment', cause: null },
  stay: { checkIn: '2027-03-01' as Night, checkOut: '2027-03-03' as Night },
  guests: { adults: 1, children: 0, infants: 0, pets: 0 },
  price: { currency: 'KES', nights: [], lines: [], total: TOTAL, hostEarns: TOTAL },
  terms: { mode: 'instant', policy: 'moderate', timeZone: 'UTC', checkInFrom: '15:00', checkOutBy: '11:00' },
  ...{ promotion: null, message: null, payment: UNPAID, paidBy: null, expiresAt: 900_000, createdAt: 0 },
  ...{ confirmedAt: null, cancelledAt: null, completedAt: null, noShow: false, penalty: 0 },
  ...{ alteration: null, announced: [], version: 1 },
};
const PAYMENT: Payment = {
  ...{ id: 'pay_1', bookingId: 'bkg_1', provider: 'stripe', purpose: 'stay', amount: TOTAL, currency: 'KES' },
  ...{ reference: 'pi_1', tokenHash: null, phone: null, told: NOTHING_TOLD, fate: { kind: 'waiting' } },
  ...{ createdAt: 0, version: 1 },
};
const CONFIRMED: Partial<Booking> = { status: 'confirmed', awaiting: null, confirmedAt: 1 };
const EXPIRED: Partial<Booking> = { status: 'cancelled', awaiting: null, cause: 'payment_expired' };

type More = {
  booking?: Partial<Booking>;
  payment?: Partial<Payment>;
  paid?: { amount: number; currency: string };
  nights?: 'own' | 'free' | 'taken';
  isOffered?: boolean;
};
const decide = ({ booking, payment, paid, nights = 'own', isOffered = true }: More = {}) =>
  decidePayment({
    booking: { ...BOOKING, ...booking },
    payment: { ...PAYMENT, ...payment },
    paid: paid ?? { amount: TOTAL, currency: 'KES' },
    nights,
    isOffered,
  });
const back = (why: string) => ({ do: 'return', why });

describe('when a payment says that it succeeded', () => {
  test('and the booking waits for it, the stay is confirmed', () => {
    expect(decide()).toEqual({ do: 'confirm' });
  });

  test('and the hold is past its end but nobody else has come, the stay is confirmed', () => {
    expect(decide({ booking: { expiresAt: -1 } })).toEqual({ do: 'confirm' });
  });

  test('and the hold has run out, the nights are free and the offer stands, they are taken again', () => {
    expect(decide({ booking: EXPIRED, nights: 'free' })).toEqual({ do: 'confirm_again' });
  });

  test('and the hold has run out and the offer with it, the money goes back', () => {
    expect(decide({ booking: EXPIRED, nights: 'free', isOffered: false })).toEqual(back('offer_ended'));
  });

  test('and the nights are another’s by now, the money goes back', () => {
    for (const isOffered of [true, false])
      expect(decide({ booking: EXPIRED, nights: 'taken', isOffered })).toEqual(back('nights_taken'));
  });

  test('and the booking was cancelled otherwise, the money goes back, whoever has the nights', () => {
    const causes = ['guest', 'host', 'staff', 'declined', 'request_expired', 'payment_failed'] as const;
    for (const cause of causes) {
      for (const nights of ['free', 'taken'] as const) {
        const booking = { ...EXPIRED, cause };
        expect(decide({ booking, nights }), cause).toEqual(back('booking_cancelled'));
      }
    }
  });

  test('and another payment has paid already, this one goes back', () => {
    const asked: Partial<Booking> = { awaiting: 'host' };
    const completed: Partial<Booking> = { ...CONFIRMED, status: 'completed' };
    for (const booking of [CONFIRMED, asked, completed])
      expect(decide({ booking })).toEqual(back('paid_already'));
  });

  test('and it is the one that has paid, nothing happens', () => {
    expect(decide({ booking: CONFIRMED, payment: { fate: { kind: 'taken' } } })).toEqual({ do: 'nothing' });
  });

  test('and it is on its way back already, nothing new is decided', () => {
    const fate = { kind: 'returned', why: 'never_paid' } as const;
    expect(decide({ booking: EXPIRED, payment: { fate }, nights: 'free' })).toEqual({ do: 'nothing' });
  });

  test('and it is another amount or currency than is due, it goes back, whatever the booking is', () => {
    for (const booking of [{}, CONFIRMED, EXPIRED]) {
      for (const paid of [
        { amount: TOTAL - 1, currency: 'KES' },
        { amount: TOTAL + 1, currency: 'KES' },
        { amount: TOTAL, currency: 'USD' },
      ]) {
        expect(decide({ booking, paid, nights: 'free' })).toEqual(back('amount_differs'));
      }
    }
  });

  test('and the price has changed since it was begun, it goes back', () => {
    const price = { ...BOOKING.price, total: TOTAL + 5 };
    expect(decide({ booking: { price } })).toEqual(back('amount_differs'));
  });
});

describe('when a payment of what an alteration added says that it succeeded', () => {
  const payment: Partial<Payment> = { purpose: 'difference', amount: 500 };
  const paid = { amount: 500, currency: 'KES' };

  test('and so much is owed, it settles that', () => {
    for (const status of ['confirmed', 'completed'] as const) {
      const booking = { ...CONFIRMED, status, payment: { ...UNPAID, captured: TOTAL, owed: 500 } };
      expect(decide({ booking, payment, paid })).toEqual({ do: 'settle_difference' });
    }
  });

  test('and nothing or something else is owed, it goes back', () => {
    for (const owed of [0, 499]) {
      const booking = { ...CONFIRMED, payment: { ...UNPAID, captured: TOTAL, owed } };
      expect(decide({ booking, payment, paid })).toEqual(back('paid_already'));
    }
    const cancelled = { ...EXPIRED, payment: { ...UNPAID, owed: 500 } };
    expect(decide({ booking: cancelled, payment, paid })).toEqual(back('paid_already'));
  });
});
