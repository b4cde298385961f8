import { type Entry, minus, NO_SHARES, type Shares, totalOf } from './ledger.ts';

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

/**
 * What is credited of what is left, when these parts are wanted: nobody is left with less than nothing while others
 * have some, the marketplace first.
 */
export function creditWithin(left: Shares, wanted: Shares): Shares {
  const rest = minus(left, wanted);
  const own = { host: Math.max(0, rest.host), fees: Math.max(0, rest.fees), taxes: Math.max(0, rest.taxes) };
  let over = totalOf(own) - Math.max(0, totalOf(rest));
  for (const account of ['fees', 'host', 'taxes'] as const) {
    const part = Math.min(over, own[account]);
    own[account] -= part;
    over -= part;
  }
  return minus(left, own);
}
