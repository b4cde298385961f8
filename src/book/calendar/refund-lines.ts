import { assert } from '../../kernel/errors.ts';
import { divideHalfUp, percentOf, split } from '../../kernel/money.ts';
import type { Night } from '../../kernel/stay.ts';
import type { PriceLine } from '../../pricing/index.ts';

/** What the host keeps of the nights: the first ones whole, and a percentage of the others. */
export type Kept = { readonly nights: number; readonly restPercent: number };
export type Outcome = 'full' | { readonly kept: Kept; readonly stayFees: 'returned' | 'kept' };

export type Booked = {
  readonly nights: readonly { readonly date: Night; readonly price: number }[];
  readonly lines: readonly PriceLine[];
};
export type RefundLine = Pick<PriceLine, 'kind' | 'label' | 'amount'> & { readonly refunded: number };

type Group = 'nights' | 'discount' | 'extra_guest' | 'stay_fee' | 'service_fee' | 'tax';
const GROUP: Readonly<Record<PriceLine['kind'], Group>> = {
  nights: 'nights',
  early_bird: 'discount',
  last_minute: 'discount',
  length_of_stay: 'discount',
  promotion: 'discount',
  extra_guest: 'extra_guest',
  cleaning_fee: 'stay_fee',
  pet_fee: 'stay_fee',
  guest_service_fee: 'service_fee',
  tax: 'tax',
};

/** What comes back of each line. A discount's line is negative, and so is what comes back of it. */
export function refundLines({ nights, lines }: Booked, outcome: Outcome): RefundLine[] {
  const toLine = ({ kind, label, amount }: PriceLine, refunded: number) => ({
    kind,
    label,
    amount,
    refunded,
  });
  if (outcome === 'full') return lines.map((line) => toLine(line, line.amount));

  const prices = nights.map(({ price }) => price);
  const discounts = discountsBack(prices, lines, outcome.kept);
  const untaxed = new Map<PriceLine, number>();
  for (const line of lines) {
    switch (GROUP[line.kind]) {
      case 'nights':
        assert(line.amount === sum(prices), 'the line of the nights is their sum');
        untaxed.set(line, back(prices, outcome.kept));
        break;
      case 'discount':
        untaxed.set(line, discounts.get(line) ?? 0);
        break;
      case 'extra_guest':
        untaxed.set(line, back(evenly(line.amount, prices.length), outcome.kept));
        break;
      case 'stay_fee':
        untaxed.set(line, outcome.stayFees === 'returned' ? line.amount : 0);
        break;
      case 'service_fee':
        untaxed.set(line, 0);
    }
  }
  return lines.map((line) => toLine(line, untaxed.get(line) ?? taxBack(line, untaxed)));
}

/** What the host doesn't keep of the nights; the kept part is rounded half up. */
function back(nights: readonly number[], { nights: whole, restPercent }: Kept): number {
  const rest = sum(nights.slice(whole));
  return rest - percentOf(rest, restPercent);
}

/**
 * Discounts lie on the nights in proportion to their prices. What comes back of them is what lies between
 * the nights' prices and what was paid for the nights, so it is as much less as the guest had paid.
 */
function discountsBack(
  prices: readonly number[],
  lines: readonly PriceLine[],
  kept: Kept,
): ReadonlyMap<PriceLine, number> {
  const discounts = lines.filter(({ kind }) => GROUP[kind] === 'discount');
  const sizes = discounts.map(({ amount }) => -amount);
  const off = split(sum(sizes), prices);
  const paid = prices.map((price, index) => price - (off[index] ?? 0));
  const parts = split(back(prices, kept) - back(paid, kept), sizes);
  return new Map(discounts.map((line, index) => [line, 0 - (parts[index] ?? 0)]));
}

/** In proportion to what comes back of what it taxes. */
function taxBack(tax: PriceLine, untaxed: ReadonlyMap<PriceLine, number>): number {
  const groups = TAXED[tax.taxOn ?? 'host_share'];
  let taxed = 0;
  let refunded = 0;
  for (const [line, amount] of untaxed) {
    if (!groups.includes(GROUP[line.kind])) continue;
    taxed += line.amount;
    refunded += amount;
  }
  return taxed === 0 ? 0 : divideHalfUp(BigInt(tax.amount) * BigInt(refunded), BigInt(taxed));
}

const NIGHTS: readonly Group[] = ['nights', 'discount', 'extra_guest'];
const TAXED: Readonly<Record<NonNullable<PriceLine['taxOn']>, readonly Group[]>> = {
  nights: NIGHTS,
  host_share: [...NIGHTS, 'stay_fee'],
  host_share_and_fee: [...NIGHTS, 'stay_fee', 'service_fee'],
};

/** No more than there is: every line that gives something back gives its part of that. */
export function atMost(available: number, lines: readonly RefundLine[]): RefundLine[] {
  if (sum(lines.map(({ refunded }) => refunded)) <= available) return [...lines];
  const parts = split(
    available,
    lines.map(({ refunded }) => Math.max(0, refunded)),
  );
  return lines.map((line, index) => ({ ...line, refunded: parts[index] ?? 0 }));
}

const evenly = (amount: number, count: number): number[] => split(amount, new Array<number>(count).fill(1));
const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
