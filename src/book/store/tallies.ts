import type { Account } from '../money/ledger.ts';

/**
 * Of what a book and D1 both have: how much it is, and a sum over it, which both make alike. So they are compared
 * without being sent.
 */
export type Tally = { readonly count: number; readonly digest: number };
export type Tallies = { readonly bookings: Tally; readonly entries: Tally };

const NOTHING: Tally = { count: 0, digest: 0 };
export const NOTHING_TALLIED: Tallies = { bookings: NOTHING, entries: NOTHING };

export const sameTallies = (a: Tallies, b: Tallies): boolean =>
  sameTally(a.bookings, b.bookings) && sameTally(a.entries, b.entries);

const sameTally = (a: Tally, b: Tally): boolean => a.count === b.count && a.digest === b.digest;

/** Of the last characters of an id's own half, which are random, weighed by what is written under it. */
export const BOOKING_DIGEST = `coalesce(sum((${[26, 27, 28, 29, 30]
  .map((at, power) => `unicode(substr(id, ${at}, 1)) * ${131 ** power}`)
  .join(' + ')}) % 2147483647 * (version * 8191 + length(value)) % 2147483647), 0)`;

/** What an amount weighs depends on its account, so that nothing can be moved from one to another unseen. */
const WEIGHTS: Readonly<Record<Account, number>> = {
  guest: 3,
  provider: 5,
  host: 7,
  fees: 11,
  taxes: 13,
  penalties: 17,
  balance: 19,
};

/** Of when an entry was made, and of its amounts. */
export const ledgerDigest = (at: string, amountIn: (account: string) => string): string =>
  `coalesce(sum((${at} % 1000003 * 8191 + ${Object.entries(WEIGHTS)
    .map(([account, weight]) => `${weight} * coalesce(${amountIn(account)}, 0)`)
    .join(' + ')}) % 2147483647), 0)`;
