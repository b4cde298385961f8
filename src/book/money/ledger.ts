import { assert } from '../../kernel/errors.ts';
import { type Currency, divideHalfUp } from '../../kernel/money.ts';
import type { AgreedPrice, Booking } from '../stays/booking.ts';

/**
 * Double entry: the amounts of an entry add up to nothing, and no entry is ever changed. What is above zero
 * is owed to us or is ours, what is below is owed by us. `balance` is what was settled with the host and is
 * neither sent nor paid back yet: it may be made good by another property's payout. An id is its occasion's, so that an occasion that is
 * told twice is written once.
 */
export type Account = 'guest' | 'provider' | 'host' | 'fees' | 'taxes' | 'penalties' | 'balance';
export type Entry = {
  readonly id: string;
  readonly bookingId: string;
  readonly hostId: string;
  readonly kind:
    | 'charge'
    | 'credit'
    | 'capture'
    | 'refund'
    | 'refund_failed'
    | 'penalty'
    | 'dispute'
    | 'payout';
  readonly at: number;
  readonly currency: Currency;
  readonly lines: Readonly<Partial<Record<Account, number>>>;
};

/** Whose part of a price is how much. */
export type Shares = { readonly host: number; readonly fees: number; readonly taxes: number };

export const NO_SHARES: Shares = { host: 0, fees: 0, taxes: 0 };

export const totalOf = ({ host, fees, taxes }: Shares): number => host + fees + taxes;

export function sharesOf({ lines, total, hostEarns }: AgreedPrice): Shares {
  const taxes = lines.reduce((sum, { kind, amount }) => sum + (kind === 'tax' ? amount : 0), 0);
  return { host: hostEarns, fees: total - taxes - hostEarns, taxes };
}

export const minus = (a: Shares, b: Shares): Shares => ({
  host: a.host - b.host,
  fees: a.fees - b.fees,
  taxes: a.taxes - b.taxes,
});

/** The parts of a refund: its lines say what of the taxes and the guest's fee comes back, the host's fee goes with it. */
export function sharesOfRefund(
  price: AgreedPrice,
  lines: readonly { readonly kind: string; readonly refunded: number }[],
): Shares {
  const back = (wanted: (kind: string) => boolean) =>
    lines.reduce((sum, { kind, refunded }) => sum + (wanted(kind) ? refunded : 0), 0);
  const taxes = back((kind) => kind === 'tax');
  const guestFee = back((kind) => kind === 'guest_service_fee');
  const gross = back((kind) => kind !== 'tax' && kind !== 'guest_service_fee');
  const share = price.lines.reduce(
    (sum, { kind, amount }) => sum + (kind === 'tax' || kind === 'guest_service_fee' ? 0 : amount),
    0,
  );
  const hostFee = share - price.hostEarns;
  const feeBack = share === 0 ? 0 : divideHalfUp(BigInt(hostFee) * BigInt(gross), BigInt(share));
  return { host: gross - feeBack, fees: guestFee + feeBack, taxes };
}

type Occasion = Pick<Entry, 'id' | 'bookingId' | 'hostId' | 'at' | 'currency'>;

/** Something that happened to a booking's money, by the name that it is written under once. */
export const occasionOf = ({ id, hostId, price }: Booking, name: string, at: number): Occasion => ({
  id: name,
  bookingId: id,
  hostId,
  at,
  currency: price.currency,
});

/** The guest owes so much more, and each part is somebody's. */
export const charge = (occasion: Occasion, shares: Shares): Entry =>
  entry(occasion, 'charge', {
    guest: totalOf(shares),
    host: -shares.host,
    fees: -shares.fees,
    taxes: -shares.taxes,
  });

export const credit = (occasion: Occasion, shares: Shares): Entry =>
  entry(occasion, 'credit', {
    guest: -totalOf(shares),
    host: shares.host,
    fees: shares.fees,
    taxes: shares.taxes,
  });

export const captureOf = (occasion: Occasion, amount: number): Entry =>
  entry(occasion, 'capture', { provider: amount, guest: -amount });

export const refundOf = (occasion: Occasion, amount: number): Entry =>
  entry(occasion, 'refund', { provider: -amount, guest: amount });

export const refundFailed = (occasion: Occasion, amount: number): Entry =>
  entry(occasion, 'refund_failed', { provider: amount, guest: -amount });

export const penaltyOf = (occasion: Occasion, amount: number): Entry =>
  entry(occasion, 'penalty', { host: amount, penalties: -amount });

/** Of what is settled with the host, so much is sent; the rest is on their balance. */
export const payoutOf = (occasion: Occasion, { amount, sent }: { amount: number; sent: number }): Entry =>
  entry(occasion, 'payout', { host: amount, provider: -sent, balance: sent - amount });

/** The bank took the money back: what of it was the host's is the host's no more, nor the guest's what was to go back. */
export const disputeOf = (
  occasion: Occasion,
  { host, fees, taxes, guest = 0 }: Shares & { readonly guest?: number },
): Entry =>
  entry(occasion, 'dispute', { provider: -(host + fees + taxes + guest), host, fees, taxes, guest });

function entry(occasion: Occasion, kind: Entry['kind'], lines: Entry['lines']): Entry {
  const amounts = Object.values(lines);
  assert(amounts.reduce((sum, amount) => sum + amount, 0) === 0, 'an entry adds up to nothing');
  const said = Object.entries(lines).filter(([, amount]) => amount !== 0);
  return { ...occasion, kind, lines: Object.fromEntries(said) };
}

/** What stands in each account. */
export function balances(entries: readonly Pick<Entry, 'lines'>[]): Readonly<Record<Account, number>> {
  const sums = { guest: 0, provider: 0, host: 0, fees: 0, taxes: 0, penalties: 0, balance: 0 };
  for (const { lines } of entries) {
    for (const [account, amount] of Object.entries(lines)) sums[account as Account] += amount;
  }
  return sums;
}
