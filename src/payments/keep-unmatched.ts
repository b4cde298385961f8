import { sql } from 'drizzle-orm';
import type { PaymentEvent } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { Database } from '../platform/database.ts';
import type { ProviderEvent } from './ports.ts';
import { unmatchedEvent } from './tables.ts';

/** What a provider told that no payment of ours could be moved by, and why. */
export type Unmatched = { readonly event: PaymentEvent | ProviderEvent; readonly reason: string };

/** Kept for people and for the reconciliation; nothing was moved. */
export async function keepUnmatched(ctx: Context, unmatched: readonly Unmatched[]): Promise<void> {
  if (unmatched.length === 0) return;
  const at = ctx.clock.now();
  for (const { event, reason } of unmatched) {
    const { source, kind, paymentId, reference } = event;
    ctx.log.error('payment.unmatched', { provider: source, kind, paymentId, reference, reason });
  }
  const rows = unmatched.map(({ event, reason }) => ({
    ...{ source: event.source, eventId: event.eventId, reason, at },
    body: event,
  }));
  await (ctx.db as Database)
    .insert(unmatchedEvent)
    .select(
      sql`SELECT value ->> 'source', value ->> 'eventId', value ->> 'reason', value ->> 'body', value ->> 'at'
        FROM json_each(${JSON.stringify(rows)}) WHERE true`,
    )
    .onConflictDoNothing();
}
