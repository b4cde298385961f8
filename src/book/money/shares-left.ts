import { type Entry, minus, NO_SHARES, type Shares } from './ledger.ts';

/** What of a stay's price is still the host's, the marketplace's and the taxes'. Penalties are no part of it. */
export function sharesLeft(entries: readonly Entry[]): Shares {
  return entries.reduce(
    (left, { kind, lines }) =>
      kind === 'charge' || kind === 'credit' || kind === 'dispute'
        ? minus(left, { host: lines.host ?? 0, fees: lines.fees ?? 0, taxes: lines.taxes ?? 0 })
        : left,
    NO_SHARES,
  );
}
