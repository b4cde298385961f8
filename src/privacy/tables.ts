import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A person's wish to have a copy of everything about them; the copy itself lies in the archive. */
export const dataExport = sqliteTable(
  'data_export',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    requestedAt: integer('requested_at').notNull(),
    readyAt: integer('ready_at'),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    index('data_export_by_account').on(table.accountId, table.requestedAt),
    index('data_export_by_expiry').on(table.expiresAt),
  ],
);
