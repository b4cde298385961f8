import type { Store } from '../store.ts';

/**
 * What the platform has of a currency: captured less refunded, disputed and passed on. There are no fees
 * here, and what is captured is there at once.
 */
export function availableIn({ sql }: Store, currency: string): number {
  const sumOf = (kind: string, amount: string, condition = 'TRUE') =>
    sql
      .exec<{ sum: number | null }>(
        `SELECT sum(${amount}) AS sum FROM stripe_object WHERE kind = ? AND data ->> '$.currency' = ? AND ${condition}`,
        kind,
        currency,
      )
      .one().sum ?? 0;
  const amount = "data ->> '$.amount'";

  return (
    sumOf('charge', "data ->> '$.amount_captured'") -
    sumOf('refund', amount, "data ->> '$.status' = 'succeeded'") -
    sumOf('dispute', amount, "data ->> '$.status' <> 'won'") -
    sumOf('transfer', `${amount} - (data ->> '$.amount_reversed')`)
  );
}
