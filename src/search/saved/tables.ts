import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Seen } from './rules.ts';
import { type SavedQuery, STATES } from './schemas.ts';

/** What somebody looks for, and what there was of it at the last look. */
export const savedSearch = sqliteTable(
  'saved_search',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    name: text('name').notNull(),
    query: text('query', { mode: 'json' }).$type<SavedQuery>().notNull(),
    seen: text('seen', { mode: 'json' }).$type<Seen>().notNull(),
    state: text('state', { enum: STATES }).notNull(),
    createdAt: integer('created_at').notNull(),
    /** The same for all that one account has watched, so that they are told of together; null for the others. */
    lookAt: integer('look_at'),
    toldAt: integer('told_at'),
  },
  (table) => [
    index('saved_search_by_account').on(table.accountId, table.createdAt, table.id),
    index('saved_search_due').on(table.lookAt, table.accountId).where(sql`look_at IS NOT NULL`),
  ],
);
