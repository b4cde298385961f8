import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { ProviderName } from '../ports.ts';
import type { DiscrepancyKind } from './discrepancy.ts';

/**
 * Where our books and a provider's differ. The sweep adds rows; only the look at a row again says that it is
 * still so, or no more. What was mended stays.
 */
export const discrepancy = sqliteTable(
  'discrepancy',
  {
    id: text('id').primaryKey(),
    provider: text('provider').$type<ProviderName>().notNull(),
    kind: text('kind').$type<DiscrepancyKind>().notNull(),
    subject: text('subject').notNull(),
    paymentId: text('payment_id'),
    reference: text('reference'),
    ourAmount: integer('our_amount'),
    ourCurrency: text('our_currency'),
    theirAmount: integer('their_amount'),
    theirCurrency: text('their_currency'),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    resolvedAt: integer('resolved_at'),
  },
  (table) => [
    uniqueIndex('discrepancy_by_subject').on(table.provider, table.kind, table.subject),
    index('discrepancy_by_age').on(table.firstSeenAt, table.id),
    index('discrepancy_unresolved').on(table.lastSeenAt).where(sql`resolved_at IS NULL`),
  ],
);
