import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type {
  LedgerEntry,
  ParkedEffect,
  Payment,
  PaymentStatus,
  Payout,
  PayoutStatus,
} from '../book/index.ts';
import type { ProviderName } from './ports.ts';

/**
 * What D1 knows of payments, for lists and statements: written by the books' outboxes alone, late by moments and
 * never ahead. A row is replaced only by a later (epoch, version).
 */
export const payment = sqliteTable(
  'payment',
  {
    id: text('id').primaryKey(),
    propertyId: text('property_id').notNull(),
    bookingId: text('booking_id').notNull(),
    hostId: text('host_id').notNull(),
    guestId: text('guest_id').notNull(),
    status: text('status').$type<PaymentStatus>().notNull(),
    reference: text('reference'),
    epoch: integer('epoch').notNull(),
    version: integer('version').notNull(),
    value: text('value', { mode: 'json' }).$type<Omit<Payment, 'tokenHash' | 'phone'>>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('payment_by_guest').on(table.guestId, table.createdAt, table.id),
    index('payment_by_host').on(table.hostId, table.createdAt, table.id),
    index('payment_by_reference').on(table.reference),
    index('payment_by_property').on(table.propertyId),
    index('payment_by_booking').on(table.bookingId),
    index('payment_by_time').on(table.createdAt),
  ],
);

/** A copy of the books' ledgers: what is written once there is written once here. */
export const ledgerEntry = sqliteTable(
  'ledger_entry',
  {
    propertyId: text('property_id').notNull(),
    id: text('id').notNull(),
    epoch: integer('epoch').notNull(),
    hostId: text('host_id').notNull(),
    bookingId: text('booking_id').notNull(),
    kind: text('kind').$type<LedgerEntry['kind']>().notNull(),
    at: integer('at').notNull(),
    currency: text('currency').$type<LedgerEntry['currency']>().notNull(),
    lines: text('lines', { mode: 'json' }).$type<LedgerEntry['lines']>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.propertyId, table.id] }),
    index('ledger_entry_by_host').on(table.hostId, table.at),
    index('ledger_entry_by_time').on(table.at),
  ],
);

/** A copy of what the books pay out. */
export const payout = sqliteTable(
  'payout',
  {
    id: text('id').primaryKey(),
    propertyId: text('property_id').notNull(),
    bookingId: text('booking_id').notNull(),
    hostId: text('host_id').notNull(),
    status: text('status').$type<PayoutStatus>().notNull(),
    epoch: integer('epoch').notNull(),
    version: integer('version').notNull(),
    value: text('value', { mode: 'json' }).$type<Payout>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('payout_by_host').on(table.hostId, table.createdAt, table.id),
    index('payout_by_property').on(table.propertyId),
    index('payout_by_booking').on(table.bookingId),
    index('payout_stuck').on(table.createdAt).where(sql`status IN ('waiting', 'failed')`),
  ],
);

/** Where a host's money goes. */
export const payoutAccount = sqliteTable('payout_account', {
  hostId: text('host_id').primaryKey(),
  provider: text('provider').$type<ProviderName>().notNull(),
  /** What the provider calls it, or the phone. */
  destination: text('destination').notNull(),
  country: text('country'),
  createdAt: integer('created_at').notNull(),
});

/** What providers refused, or have not answered for long: the books say when it is over. */
export const parkedEffect = sqliteTable(
  'parked_effect',
  {
    id: text('id').primaryKey(),
    propertyId: text('property_id').notNull(),
    epoch: integer('epoch').notNull(),
    version: integer('version').notNull(),
    isParked: integer('is_parked', { mode: 'boolean' }).notNull(),
    value: text('value', { mode: 'json' }).$type<ParkedEffect>().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('parked_effect_in_order').on(table.createdAt, table.id).where(sql`${table.isParked} = 1`),
    index('parked_effect_by_property').on(table.propertyId),
  ],
);

/** A receipt is good for one payment, whichever booking names it. */
export const receipt = sqliteTable(
  'receipt',
  {
    provider: text('provider').notNull(),
    number: text('number').notNull(),
    paymentId: text('payment_id').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.number] })],
);

/** What a provider told of no payment of ours, for people to look at. */
export const unmatchedEvent = sqliteTable(
  'unmatched_event',
  {
    source: text('source').notNull(),
    eventId: text('event_id').notNull(),
    reason: text('reason').notNull(),
    body: text('body', { mode: 'json' }).notNull(),
    at: integer('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.source, table.eventId] }),
    index('unmatched_event_by_time').on(table.at),
  ],
);
